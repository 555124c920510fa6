import { type EntityManager, Like, Not } from 'typeorm';
import { StartupError } from '../server/errors.js';
import { dialectOf } from './dialects/registry.js';
import { SEED_DOMAIN, seedPosts, seedUsers } from './seed-content.js';
import { User } from './user.js';

export interface SeededUser {
  readonly id: number;
  readonly email: string;
  readonly name: string;
}

export interface SeedPlan {
  readonly users: number;
  readonly posts: number;
  /** One hash for all: seeded users share a password, and hashing is what would take the time. */
  readonly passwordHash: string;
}

/** Seeded rows are as old as this, one second apart. */
const SEED_EPOCH = new Date('2026-01-01T00:00:00Z');

/**
 * Empties the tables and fills them again, ids from 1.
 * @throws StartupError `seed_refused` when there are users that no seeding made
 */
export async function seedDatabase(
  manager: EntityManager,
  { users, posts, passwordHash }: SeedPlan,
): Promise<SeededUser[]> {
  await refuseRealUsers(manager);
  const people = seedUsers(users);
  await dialectOf(manager.dataSource).seed(manager, {
    users: people,
    posts: seedPosts(posts, users),
    passwordHash,
    epoch: SEED_EPOCH,
  });
  return people.map(({ email, name }, index) => ({ id: index + 1, email, name }));
}

async function refuseRealUsers(manager: EntityManager): Promise<void> {
  const strangers = await manager.countBy(User, { email: Not(Like(`%${SEED_DOMAIN}`)) });
  if (strangers > 0) {
    throw new StartupError(
      'seed_refused',
      `the database holds ${strangers} users outside ${SEED_DOMAIN}, and seeding deletes all users; use another database`,
    );
  }
}
