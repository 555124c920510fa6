import { IsNull, Not } from 'typeorm';
import { AppError } from '../errors.js';
import type { Database } from './database.js';
import { User } from './user.js';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  readonly passwordHash: string;
}

export interface Users {
  /** @throws AppError `email_taken` */
  create(user: NewUser): Promise<User>;
  findByEmail(email: string): Promise<User | null>;
  findById(id: number): Promise<User | null>;
  /** False when the password was changed since the user was read, or the account is shut. */
  isCurrent(user: User): Promise<boolean>;
  /** False, and nothing done, when the password was changed, or the account shut, in between. */
  changePassword(user: User, passwordHash: string): Promise<boolean>;
  /** Shuts or opens an account; does nothing when it is so already. @throws AppError `not_found` */
  setDisabled(id: number, disabled: boolean): Promise<void>;
}

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
    isCurrent: ({ id, credentialsVersion }) =>
      database.run((manager) =>
        manager.existsBy(User, { id, credentialsVersion, disabledAt: IsNull() }),
      ),
    changePassword: async ({ id, credentialsVersion }, passwordHash) => {
      const { affected } = await database.run((manager) =>
        manager.update(
          User,
          { id, credentialsVersion },
          { passwordHash, ...NEXT_VERSION, updatedAt: () => now },
        ),
      );
      return affected === 1;
    },
    setDisabled: async (id, disabled) => {
      await database.run(async (manager) => {
        await manager.update(
          User,
          { id, disabledAt: disabled ? IsNull() : Not(IsNull()) },
          { disabledAt: disabled ? () => now : null, ...NEXT_VERSION },
        );
        if (!(await manager.existsBy(User, { id }))) {
          throw new AppError('not_found', { detail: `There is no user ${id}.` });
        }
      });
    },
  };
}
