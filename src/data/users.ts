import { AppError } from '../errors.js';
import { type Database, sqlState } from './database.js';
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
}

const UNIQUE_VIOLATION = '23505';

export function createUsers(database: Database): Users {
  return {
    create: async (user) => {
      try {
        return await database.run(async (manager) => {
          const created = manager.create(User, user);
          await manager.insert(User, created);
          return created;
        });
      } catch (error) {
        if (sqlState(error) === UNIQUE_VIOLATION) {
          throw new AppError('email_taken', { detail: 'Log in, or use another address.' });
        }
        throw error;
      }
    },
    findByEmail: (email) =>
      database.run((manager) =>
        manager
          .createQueryBuilder(User, 'user')
          .where('lower(user.email) = lower(:email)', { email })
          .getOne(),
      ),
    findById: (id) => database.run((manager) => manager.findOneBy(User, { id })),
  };
}
