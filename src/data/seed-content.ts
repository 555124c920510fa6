/** The seeded state as data: the same on every machine and in every run. */

export interface SeedUser {
  readonly email: string;
  readonly name: string;
}

export interface SeedPost {
  readonly ownerId: number;
  readonly title: string;
  readonly body: string;
}

/** Reserved for examples by RFC 2606: no real person has an address here. */
export const SEED_DOMAIN = '@example.test';
export const SEED_PASSWORD = 'laboratory passphrase 1';

const WORDS = (
  'session token server request answer header cookie secret cache store latency memory process ' +
  'thread socket packet kernel buffer stream cursor index table query commit column record lock ' +
  'queue worker balance cluster replica signal timer clock sample median interval ratio budget'
).split(' ');

const TITLE_WORDS = 6;
const BODY_WORDS = 58;

/** About as long as real ones: titles near 40 characters, bodies near 400. */
export function seedUsers(count: number): SeedUser[] {
  return Array.from({ length: count }, (_, index) => {
    const number = String(index + 1).padStart(4, '0');
    return { email: `user${number}${SEED_DOMAIN}`, name: `User ${number}` };
  });
}

/** Owners take turns, so every user has as many posts as the next. */
export function seedPosts(count: number, users: number): SeedPost[] {
  const nextWord = wordSource();
  const sentence = (words: number) => Array.from({ length: words }, nextWord).join(' ');
  return Array.from({ length: count }, (_, index) => ({
    ownerId: (index % users) + 1,
    title: sentence(TITLE_WORDS),
    body: `${sentence(BODY_WORDS)}.`,
  }));
}

/** Numerical Recipes' linear congruential generator: no claim to randomness, only to repeat. */
function wordSource(): () => string {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return WORDS[(state >>> 16) % WORDS.length] as string;
  };
}
