/**
 * Loaded by Node before an instance (--import): lets the lab put its clock wrong while it runs. The file that
 * LAB_CLOCK_FILE names says by how many milliseconds; SIGUSR2 says that it has changed. Only what reads the time of
 * day is shifted: timers and monotonic clocks go on as they are, as they do when somebody sets a clock.
 */
import { readFileSync } from 'node:fs';

const RealDate = Date;
const file = process.env.LAB_CLOCK_FILE ?? '';
let offsetMs = 0;

const now = () => RealDate.now() + offsetMs;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

process.on('SIGUSR2', () => {
  offsetMs = Number(readFileSync(file, 'utf8'));
});
