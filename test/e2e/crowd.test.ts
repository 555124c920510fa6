import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { crowdResultSchema } from '../../bench/model/crowd-schema.js';
import { startLab } from '../support/lab.js';
import { descendantsOf, isAlive } from '../support/process-tree.js';

const USERS = 300;
const SMALL = ['--users', String(USERS), '--seconds', '6', '--gap', '10-12', '--wave', '3'];

describe('lab crowd', function () {
  this.timeout(180_000);
  let out: string;

  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-crowd-'));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  const start = (...words: string[]) => startLab(['crowd', ...words, '--out', out]);

  async function readOnly() {
    const [name] = await readdir(out);
    const folder = join(out, name as string);
    const result = crowdResultSchema.parse(
      JSON.parse(await readFile(join(folder, 'crowd.json'), 'utf8')),
    );
    return { result, html: await readFile(join(folder, 'report.html'), 'utf8') };
  }

  it('holds everybody, and says what that takes', async () => {
    const lab = start(...SMALL, '--logins', '4', '--instances', '2', '--strategies', 'session,jwt');
    expect(await lab.ended, lab.stderr()).to.equal(0);
    expect(lab.stdout()).to.match(
      /jwt: 300 of 300 users connected\n {2}\d+ requests in [\d.]+ s, 0 failed/,
    );
    const { result, html } = await readOnly();
    expect(html).to.include('300 users, each with a connection');
    expect(result).to.include({ partial: false, instances: 2, users: USERS });
    for (const { strategy, ...seen } of result.variants) {
      expect(seen.failure, strategy).to.equal(null);
      expect(seen.connect, strategy).to.include({ connected: USERS, failed: 0 });
      expect(seen.connectedAtEnd).to.equal(USERS);
      for (const asked of [seen.asking, seen.comeBack, seen.loginWave]) {
        expect(asked?.failures, strategy).to.deep.equal({});
        expect(asked?.statuses, strategy).to.deep.equal({ '200': asked?.planned });
        expect(asked?.latencyMs?.p99).to.be.greaterThan(0);
      }
      // Somewhere in their rounds of 10 to 12 s: about half of them in 6 s.
      expect(seen.asking?.planned).to.be.within(0.4 * USERS, 0.7 * USERS);
      expect(seen.comeBack?.planned).to.equal(USERS);
      expect(seen.loginWave?.logins, strategy).to.equal(4);
      expect(seen.askingCores?.application).to.be.greaterThan(0);
      expect(seen.bytesAsked).to.include.keys('application', 'loadGenerator');
    }
  });

  it('holds them behind nginx', async () => {
    const lab = start(...SMALL, '--logins', '0', '--web', 'nginx', '--strategies', 'jwt');
    expect(await lab.ended, lab.stderr()).to.equal(0);
    const { result } = await readOnly();
    expect(result.web).to.match(/^[0-9.]+, 1 worker$/);
    expect(result.variants[0]?.asking?.statuses).to.deep.equal({
      '200': result.variants[0]?.asking?.planned,
    });
    expect(result.variants[0]?.askingCores?.web).to.be.greaterThan(0);
  });

  it('leaves nothing behind when it is ended hard, and keeps what it has when it is interrupted', async function () {
    if (process.platform !== 'linux') this.skip();
    const lab = start(...SMALL, '--strategies', 'jwt,session');
    await lab.printed(/everybody asks/);
    const others = descendantsOf(lab.pid);
    expect(others.length).to.be.greaterThan(4);
    lab.child.kill('SIGKILL');
    await lab.ended;
    const untilMs = performance.now() + 20_000;
    while (others.some(isAlive) && performance.now() < untilMs) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(others.filter(isAlive)).to.deep.equal([]);
    await rm(out, { recursive: true });
    const again = start(...SMALL, '--strategies', 'jwt,session');
    await again.printed(/jwt: everybody asks/);
    again.child.kill('SIGINT');
    expect(await again.ended).to.equal(130);
    const { result } = await readOnly();
    expect(result.partial).to.equal(true);
    expect(result.variants[0]?.connect?.connected).to.equal(USERS);
  });

  const REFUSED: [string[], RegExp][] = [
    [['--strategies', 'session-memory'], /^STRATEGY_NOT_SHARED: session-memory keeps its logins/],
    [['--gap', '1-2'], /^OPTION_INVALID: --gap 1-2 is none/],
    [['--gap', '20'], /^OPTION_INVALID: --gap 20 is none/],
    [['--users', '0'], /^OPTION_INVALID: --users/],
    [['--users', '1000000'], /^CROWD_TOO_LARGE: This machine cannot hold 1,000,000 users\./],
  ];
  for (const [words, message] of REFUSED) {
    it(`refuses ${words.join(' ')} before anything starts`, async () => {
      const lab = start(...words);
      expect(await lab.ended).to.equal(2);
      expect(lab.stderr()).to.match(message);
      expect(await readdir(out)).to.deep.equal([]);
    });
  }
});
