import { createHashThreads, type HashThreadsOptions } from './hash-threads.js';
import { normalPassword } from './password-text.js';

/**
 * A hash nobody knows a password for, with the same parameters: checking against it costs what
 * checking a real one costs, so that the time of an answer does not tell which addresses exist.
 */
const UNKNOWN_USER_HASH =
  '$argon2id$v=19$m=19456,t=2,p=1$HskOHL0gA6yI2qIHCjm0Xw$FzGwNPlEUMYXUVgDk0gsW8ljMG+VxDlBjOfqRl+T2es';

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
  /** Hashes at this moment. */
  load(): { readonly running: number; readonly waiting: number };
}

export function createPasswordHasher(options: HashThreadsOptions): PasswordHasher {
  const threads = createHashThreads(options);
  return {
    hash: async (text, signal) => {
      const password = normalPassword(text);
      if (password === undefined) {
        throw new TypeError('the routes let no such text become a password');
      }
      return String(await threads.run({ password }, signal));
    },
    verify: async (hash, password, signal) => {
      const matches = await threads.run({ hash: hash ?? UNKNOWN_USER_HASH, password }, signal);
      return hash !== undefined && matches === true;
    },
    load: threads.load,
  };
}
