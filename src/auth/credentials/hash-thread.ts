import { setPriority } from 'node:os';
import { hashSync, verifySync } from '@node-rs/argon2';
import { serveJobs } from '../../threads/serve-jobs.js';
import type { HashJob } from './hash-threads.js';

/** argon2id as OWASP recommends: 19 MiB, two passes, one lane. `Algorithm.Argon2id` is 2. */
const PARAMETERS = { algorithm: 2, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/** The lowest there is: a hash takes what nobody else wants. */
const NICE = 19;

// On Linux 0 names the calling thread (setpriority(2), "C library/kernel differences"); elsewhere it
// names the whole process, which must not be slowed down.
if (process.platform === 'linux') {
  try {
    setPriority(0, NICE);
  } catch {
    // A sandbox may forbid it. Hashing works all the same.
  }
}

serveJobs(({ hash, password }: HashJob) =>
  hash === undefined ? hashSync(password, PARAMETERS) : verifySync(hash, password),
);
