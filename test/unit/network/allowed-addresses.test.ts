import { expect } from 'chai';
import { LabError } from '../../../bench/model/errors.js';
import {
  type AllowedAddress,
  openAddressGate,
  readAllowed,
  resolveOnce,
} from '../../../bench/network/allowed-addresses.js';

const names: Record<string, string[]> = {
  'lab.example': ['fd00::7', '192.0.2.7'],
  'other.example': ['192.0.2.8'],
};
const look = async (host: string) => {
  const found = names[host];
  if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
};

function gateWith(...texts: string[]) {
  const allowed = texts.map((text) => readAllowed(text) as AllowedAddress);
  return openAddressGate(allowed, resolveOnce(look), ['198.51.100.1', 'fd00::1']);
}

async function codeOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof LabError ? error.code : `no LabError: ${error}`;
}

describe('an allowed address as text', () => {
  for (const [text, expected] of Object.entries({
    'lab.example': { host: 'lab.example', port: null },
    'LAB.example:3000': { host: 'lab.example', port: 3000 },
    '10.0.0.7:80': { host: '10.0.0.7', port: 80 },
    'fd00::7': { host: 'fd00::7', port: null },
    '[fd00::7]:3000': { host: 'fd00::7', port: 3000 },
    '10.0.0.0/24': { network: '10.0.0.0', prefix: 24 },
    '10.0.0.0/8': { network: '10.0.0.0', prefix: 8 },
    'fd00::/64': { network: 'fd00::', prefix: 64 },
  })) {
    it(`${text} is read`, () => expect(readAllowed(text)).to.deep.equal({ text, ...expected }));
  }

  for (const text of [
    ...['', ' ', ':3000', 'a:0', 'a:65536', 'a:b', 'http://a', 'a/b', 'user@a', 'a b', 'a,b'],
    ...['0.0.0.0/0', '0.0.0.0/7', '10.0.0.0/33', '10.0.0/8', '::/0', 'fd00::/129', 'a/24'],
    ...['10.0.0.0/24:80', '10.0.0.300', '[fd00::7', 'fe80::1%eth0'],
  ]) {
    it(`"${text}" is refused`, () => expect(readAllowed(text)).to.equal(undefined));
  }
});

describe('the gate before addresses', () => {
  it('admits this machine by whatever address, and nothing else unless told', async () => {
    const gate = await gateWith();
    for (const own of ['127.0.0.1', '127.9.9.9', '::1', '::ffff:127.0.0.1', '198.51.100.1']) {
      expect(gate.admits(own, 3000), own).to.equal(true);
    }
    expect(gate.admits('fd00::1', 3000)).to.equal(true);
    for (const foreign of ['192.0.2.7', '128.0.0.1', 'fd00::7', '::ffff:192.0.2.7']) {
      expect(gate.admits(foreign, 3000), foreign).to.equal(false);
    }
  });

  it('admits a host on any port, or on the one that was named', async () => {
    const gate = await gateWith('192.0.2.8', 'lab.example:3000');
    expect(gate.admits('192.0.2.8', 1)).to.equal(true);
    expect(gate.admits('192.0.2.7', 3000)).to.equal(true);
    expect(gate.admits('192.0.2.7', 3001)).to.equal(false);
  });

  it('admits the addresses of a range and none beside it', async () => {
    const gate = await gateWith('192.0.2.0/29', 'fd00::/64');
    expect(gate.admits('192.0.2.7', 80)).to.equal(true);
    expect(gate.admits('192.0.2.8', 80)).to.equal(false);
    expect(gate.admits('fd00::99', 80)).to.equal(true);
    expect(gate.admits('fd00:0:0:1::1', 80)).to.equal(false);
  });

  it('gives the address of a name, which is what is connected to', async () => {
    const gate = await gateWith('lab.example');
    expect(await gate.addressOf('lab.example', 80)).to.equal('192.0.2.7');
  });

  it('refuses a name by where it leads, not by how it is spelt', async () => {
    const gate = await gateWith('other.example');
    expect(await codeOf(gate.addressOf('lab.example', 80))).to.equal('ADDRESS_NOT_ALLOWED');
    expect(await codeOf(gate.addressOf('192.0.2.7', 80))).to.equal('ADDRESS_NOT_ALLOWED');
    expect(await gate.addressOf('192.0.2.8', 80)).to.equal('192.0.2.8');
  });

  it('says so where a name has no address', async () => {
    expect(await codeOf(gateWith('nowhere.example'))).to.equal('HOST_UNKNOWN');
    const gate = await gateWith();
    expect(await codeOf(gate.addressOf('nowhere.example', 80))).to.equal('HOST_UNKNOWN');
  });

  it('looks a name up once, so that it cannot lead elsewhere after the check', async () => {
    let looks = 0;
    const resolve = resolveOnce(async () => [{ address: `192.0.2.${++looks}`, family: 4 }]);
    const allowed = [readAllowed('lab.example') as AllowedAddress];
    const gate = await openAddressGate(allowed, resolve, []);
    expect(await gate.addressOf('lab.example', 80)).to.equal('192.0.2.1');
    expect(await gate.addressOf('lab.example', 80)).to.equal('192.0.2.1');
    expect(looks).to.equal(1);
  });
});
