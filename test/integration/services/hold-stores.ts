import { createInterface } from 'node:readline';
import { openStores } from '../../../bench/stores/open.js';

/**
 * A lab in small, to be killed by a test: starts the stores, prints them as one line of JSON, and
 * stops them when a line arrives. It ignores Ctrl-C, so that what Ctrl-C does to the servers is seen.
 */
process.on('SIGINT', () => {});
const messages: string[] = [];
const { stop, ...stores } = await openStores({ onMessage: (line) => messages.push(line) });
process.stdout.write(`${JSON.stringify({ ...stores, messages })}\n`);
for await (const _ of createInterface({ input: process.stdin })) break;
await stop();
process.exit(0);
