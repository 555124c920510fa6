import { IsNull, LessThanOrEqual, MoreThan, Not } from 'typeorm';
import { AppError } from '../server/errors.js';
import type { Database } from './database.js';
import { User } from './user.js';

interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export interface Users {
  /** @throws AppError `email_taken` */
  create(user: NewUser): Promise<User>;
  findByEmail(email: string): Promise<User | null>;
  findById(id: number): Promise<User | null>;
  /** False when the password was or is being changed since the user was read, or the account is shut. */
  isCurrent(user: User): Promise<boolean>;
  /**
   * Begins a change of password: of many at once one gets the user as it is then, and has a few
   * seconds. Undefined, and nothing done, when another is under way, or the password was changed or the account
   * shut since the user was read. From here on no login with the old password can be completed.
   */
  beginPasswordChange(user: User): Promise<User | undefined>;
  /** Undefined, and nothing done, when the account was shut, or the time was up, in between. */
  finishPasswordChange(user: User, passwordHash: string): Promise<User | undefined>;
  /** Nothing has changed, and another may begin. */
  abandonPasswordChange(user: User): Promise<void>;
  /** Keeps another hash of the same password; does nothing when it was changed in between. */
  rehash(user: User, passwordHash: string): Promise<void>;
  /** Shuts or opens an account; does nothing when it is so already. @throws AppError `not_found` */
  setDisabled(id: number, disabled: boolean): Promise<void>;
}

/**
 * A change of password that was not finished by then is not. Longer than its statements and the end of
 * all logins may take; short, because a process that dies in between keeps its user from logging in.
 */
const CHANGE_LIFE_MS = 5000;

const NEXT_VERSION = { credentialsVersion: () => 'credentials_version + 1' };

export function createUsers(database: Database): Users {
  const { now, hasEmail } = database.dialect;
  return {
    create: async (user) => {
      try {
        return await database.run(async (manager) => {
          const created = manager.create(User, user);
          await manager.insert(User, created);
          return created;
        });
      } catch (error) {
        if (database.violation(error) === 'unique') {
          throw new AppError('email_taken', { detail: 'Log in, or use another address.' });
        }
        throw error;
      }
    },
    findByEmail: (email) =>
      database.run((manager) =>
        manager
          .createQueryBuilder(User, 'user')
          // In small letters already, as the login limits spell it: what lower() makes of "İ" depends on
          // the database, and must not let one account be guessed at under several names.
          .where(hasEmail, { email: email.toLowerCase() })
          .getOne(),
      ),
    findById: (id) => database.run((manager) => manager.findOneBy(User, { id })),
    isCurrent: ({ id, credentialsVersion }) => {
      const same = { id, credentialsVersion, disabledAt: IsNull() };
      return database.run((manager) =>
        manager.existsBy(User, [
          { ...same, passwordChangeUntil: IsNull() },
          { ...same, passwordChangeUntil: LessThanOrEqual(new Date()) },
        ]),
      );
    },
    beginPasswordChange: async (user) => {
      const { id, credentialsVersion } = user;
      const until = new Date(Date.now() + CHANGE_LIFE_MS);
      const { affected } = await database.run((manager) =>
        manager
          .createQueryBuilder()
          .update(User)
          .set({ passwordChangeUntil: until, ...NEXT_VERSION })
          .where({ id, credentialsVersion, disabledAt: IsNull() })
          .andWhere('(password_change_until IS NULL OR password_change_until <= :at)', {
            at: new Date(),
          })
          .execute(),
      );
      return affected === 1
        ? { ...user, passwordChangeUntil: until, credentialsVersion: credentialsVersion + 1 }
        : undefined;
    },
    finishPasswordChange: async (user, passwordHash) => {
      const { id, credentialsVersion } = user;
      const { affected } = await database.run((manager) =>
        manager.update(
          User,
          {
            id,
            credentialsVersion,
            disabledAt: IsNull(),
            passwordChangeUntil: MoreThan(new Date()),
          },
          { passwordHash, passwordChangeUntil: null, ...NEXT_VERSION, updatedAt: () => now },
        ),
      );
      return affected === 1
        ? {
            ...user,
            passwordHash,
            passwordChangeUntil: null,
            credentialsVersion: credentialsVersion + 1,
          }
        : undefined;
    },
    abandonPasswordChange: async ({ id, credentialsVersion }) => {
      await database.run((manager) =>
        manager.update(User, { id, credentialsVersion }, { passwordChangeUntil: null }),
      );
    },
    rehash: async ({ id, passwordHash: old }, passwordHash) => {
      await database.run((manager) =>
        manager.update(User, { id, passwordHash: old }, { passwordHash }),
      );
    },
    setDisabled: async (id, disabled) => {
      await database.run(async (manager) => {
        await manager.update(
          User,
          { id, disabledAt: disabled ? IsNull() : Not(IsNull()) },
          // A change that is under way fails by the version; who is let in again need not wait for it.
          { disabledAt: disabled ? () => now : null, passwordChangeUntil: null, ...NEXT_VERSION },
        );
        if (!(await manager.existsBy(User, { id }))) {
          throw new AppError('not_found', { detail: `There is no user ${id}.` });
        }
      });
    },
  };
}
