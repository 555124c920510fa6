import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { expect } from 'chai';
import {
  listeningInodes,
  listeningProcesses,
} from '../../../../bench/processes/ports/listening-processes.js';

/** 127.0.0.1:3000 listening, a connection to it, and 0.0.0.0:3001 listening. */
const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:0BB8 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0
   1: 0100007F:0BB8 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 4712 1 0 20 4 30 10 -1
   2: 00000000:0BB9 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4713 1 0 100 0 0 10 0
`;

describe('listeningInodes', () => {
  it('takes sockets that listen on the port, and no connections to it', () => {
    expect(listeningInodes(TABLE, 3000)).to.deep.equal(['4711']);
    expect(listeningInodes(TABLE, 3001)).to.deep.equal(['4713']);
    expect(listeningInodes(TABLE, 3002)).to.be.empty;
    expect(listeningInodes('', 3000)).to.be.empty;
  });
});

describe('listeningProcesses', () => {
  it('finds this process by a port it listens on, and nobody once it is closed', async function () {
    if (process.platform !== 'linux') this.skip();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    expect(listeningProcesses(port)).to.deep.equal([process.pid]);
    server.close();
    await once(server, 'close');
    expect(listeningProcesses(port)).to.be.empty;
  });
});
