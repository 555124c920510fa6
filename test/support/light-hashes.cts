/**
 * Required before a service that tests start: its threads make real argon2id hashes, with a hundredth of the work. A hash is made
 * to be slow, and most tests make one only to get at a login. It carries its parameters, so checking one needs no change.
 */
const module_: typeof import('node:module') = require('node:module');
const threads: { isMainThread: boolean; Worker: WorkerClass } = require('node:worker_threads');

type WorkerClass = typeof import('node:worker_threads').Worker;

if (threads.isMainThread) {
  // The service gives its threads none of its own options.
  threads.Worker = class extends threads.Worker {
    constructor(script: string | URL, options: import('node:worker_threads').WorkerOptions) {
      super(script, { ...options, execArgv: ['--require', __filename] });
    }
  };
  module_.syncBuiltinESMExports();
} else {
  const argon2: Record<'hashSync', (password: string, parameters?: object) => string> =
    require('@node-rs/argon2');
  const { hashSync } = argon2;
  argon2.hashSync = (password, parameters) =>
    hashSync(password, { ...parameters, memoryCost: 256, timeCost: 1 });
}
