/**
 * Entry: autocannon as anybody would use it, to compare a load worker with. Prints requests and the CPU time
 * of this process between the end of a warm-up and the end of the run.
 */
import autocannon from 'autocannon';

const [origin = '', header = '', value = '', connections = '', seconds = ''] =
  process.argv.slice(2);
const WARM_UP_MS = 1000;

let requests = 0;
let counting = false;
let startUsage = process.cpuUsage();
const run = autocannon(
  {
    url: `${origin}/me`,
    connections: Number(connections),
    duration: Number(seconds) + 60,
    headers: { [header]: value },
  },
  () => {},
);
run.on('response', () => {
  if (counting) requests++;
});
setTimeout(() => {
  counting = true;
  startUsage = process.cpuUsage();
  setTimeout(() => {
    const { user, system } = process.cpuUsage(startUsage);
    process.stdout.write(`${JSON.stringify({ requests, cpuMicroseconds: user + system })}\n`, () =>
      process.exit(0),
    );
  }, Number(seconds) * 1000);
}, WARM_UP_MS);
