/** A server that uses BURN_MS of CPU time for each request: a companion whose cost is known. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const BURN_MICROSECONDS = Number(process.env.BURN_MS) * 1000;

const server = createServer((_, response) => {
  const before = process.cpuUsage();
  for (let spent = 0; spent < BURN_MICROSECONDS; ) {
    const { user, system } = process.cpuUsage(before);
    spent = user + system;
  }
  response.setHeader('Connection', 'close').end('burnt');
});

server.listen(Number(process.env.PORT), process.env.HOST, () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ listening: { port } })}\n`);
});
process.once('SIGTERM', () => process.exit(0));
