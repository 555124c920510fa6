import { createBoundedQueue } from './bounded-queue.js';
import { createHashThreads } from './hash-threads.js';
import { normalPassword } from './password-text.js';

/**
 * A hash nobody knows a password for, with the same parameters: checking against it costs what
 * checking a real one costs, so that the time of an answer does not tell which addresses exist.
 */
const UNKNOWN_USER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$HskOHL0gA6yI2qIHCjm0Xw$FzGwNPlEUMYXUVgDk0gsW8ljMG+VxDlBjOfqRl+T2es';

/** A login that could not start in this time is refused: its client may be gone, and asks again. */
const WAIT_MS = 3000;

/**
 * A job whose `signal` is aborted before its turn is not done at all.
 * @throws AppError `password_queue_full`, `password_check_unavailable`
 */
export interface PasswordHasher {
  /** Of the normal form (password-text.ts), as a PHC string. */
  hash(password: string, signal?: AbortSignal): Promise<string>;
  /**
   * Whether the text is right as it stands: who asks tries its forms (password-text.ts). `undefined` as hash means there is no such user: takes as long,
   * answers false.
   */
  verify(hash: string | undefined, password: string, signal?: AbortSignal): Promise<boolean>;
}

export interface PasswordHasherOptions {
  /** Threads that hash: so many cores at most, and 19 MiB for each. */
  readonly concurrency: number;
  /** Hashes that may wait; more are refused, because a queue without an end answers nobody. */
  readonly queue: number;
}

export function createPasswordHasher({
  concurrency,
  queue,
}: PasswordHasherOptions): PasswordHasher {
  const inTurn = createBoundedQueue({ concurrency, waiting: queue, waitMs: WAIT_MS });
  const threads = createHashThreads(concurrency);
  return {
    hash: (text, signal) => {
      const password = normalPassword(text);
      if (password === undefined) {
        throw new TypeError('the routes let no such text become a password');
      }
      return inTurn(async () => String(await threads.run({ password })), signal);
    },
    verify: (hash, password, signal) =>
      inTurn(async () => {
        const matches = await threads.run({ hash: hash ?? UNKNOWN_USER_HASH, password });
        return hash !== undefined && matches === true;
      }, signal),
  };
}
