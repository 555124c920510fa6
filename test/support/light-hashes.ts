/**
 * Imported before a service that tests start, in its threads too: real argon2id hashes, a hundredth of the work.
 * A hash is made to be slow, and most tests make one only to get at a login: they were a third of the time of all tests.
 * A hash carries its parameters, so checking one needs no change.
 */
import { createRequire } from 'node:module';

/** What `@node-rs/argon2` has, as those see it who import it after this. */
const argon2 = createRequire(import.meta.url)('@node-rs/argon2') as {
  hashSync(password: string, parameters?: object): string;
};
const { hashSync } = argon2;
argon2.hashSync = (password, parameters) =>
  hashSync(password, { ...parameters, memoryCost: 256, timeCost: 1 });
