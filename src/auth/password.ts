import { hash as argon2Hash, verify as argon2Verify } from '@node-rs/argon2';
import { AppError } from '../errors.js';

/** argon2id as OWASP recommends: 19 MiB, two passes, one lane. `Algorithm.Argon2id` is 2. */
const PARAMETERS = { algorithm: 2, memoryCost: 19 * 1024, timeCost: 2, parallelism: 1 } as const;

/**
 * A hash nobody knows a password for, with the same parameters: checking against it costs what
 * checking a real one costs, so that the time of an answer does not tell which addresses exist.
 */
const UNKNOWN_USER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$HskOHL0gA6yI2qIHCjm0Xw$FzGwNPlEUMYXUVgDk0gsW8ljMG+VxDlBjOfqRl+T2es';

export interface PasswordHasher {
  /** PHC string. @throws AppError `password_queue_full` */
  hash(password: string): Promise<string>;
  /**
   * Whether the password is right. `undefined` as hash means there is no such user: takes as long,
   * answers false. @throws AppError `password_queue_full`
   */
  verify(hash: string | undefined, password: string): Promise<boolean>;
}

export interface PasswordHasherOptions {
  /** Hashes in flight. They share libuv's four threads with WebCrypto, so that token checks wait behind them. */
  readonly concurrency: number;
  /** Hashes that may wait; more are refused, because a queue without an end answers nobody. */
  readonly queue: number;
}

export function createPasswordHasher(options: PasswordHasherOptions): PasswordHasher {
  const inTurn = createBoundedQueue(options.concurrency, options.queue);
  return {
    hash: (password) => inTurn(() => argon2Hash(password, PARAMETERS)),
    verify: (hash, password) =>
      inTurn(async () => {
        const matches = await argon2Verify(hash ?? UNKNOWN_USER_HASH, password);
        return hash !== undefined && matches;
      }),
  };
}

/**
 * Runs at most `concurrency` tasks at a time in the order they came, and lets at most `waiting`
 * wait. @throws AppError `password_queue_full` from the returned function
 */
export function createBoundedQueue(concurrency: number, waiting: number) {
  const queue: (() => void)[] = [];
  let running = 0;

  return async function inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (running < concurrency) {
      running += 1;
    } else if (queue.length < waiting) {
      // Whoever finishes hands its place over, so `running` does not change here.
      await new Promise<void>((resolve) => queue.push(resolve));
    } else {
      throw new AppError('password_queue_full', {
        detail: 'Ask again in a moment.',
        headers: { 'Retry-After': '1' },
      });
    }
    try {
      return await task();
    } finally {
      const next = queue.shift();
      if (next === undefined) {
        running -= 1;
      } else {
        next();
      }
    }
  };
}
