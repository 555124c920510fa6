import { hkdfSync } from 'node:crypto';

/**
 * Where the keys of a user lie in a Redis Cluster. A script may touch several keys only where all of them
 * are at one node, so the keys of one user carry the same hash tag
 * (https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags).
 *
 * There are 64 such tags, in slots equally far apart, so that up to 64 nodes get as many users each. Which
 * tag a user has is drawn under a secret. Whoever has to find a login by its ID alone reads the tag from the
 * first letter of the ID: secrets of logins are drawn until it fits, 64 times on average. So a cookie or a
 * token is no longer than elsewhere, and without the secret it says nothing of the number of the user.
 */
export interface Buckets {
  /** `{a7}`, which stands in a key before the name; nothing where one server has all keys. */
  tagOfUser(userId: number): string;
  /** Of a login whose secret was drawn for its user. */
  tagOfLogin(loginId: string): string;
  /** Whether a login with this ID is found where the keys of the user are. */
  holds(userId: number, loginId: string): boolean;
  /** All tags, each once. */
  readonly tags: readonly string[];
}

/** For one server, whatever stands beside it as a replica. */
export const NO_BUCKETS: Buckets = {
  tagOfUser: () => '',
  tagOfLogin: () => '',
  holds: () => true,
  tags: [''],
};

/** The slots of these are 256 apart, give or take 20. They never change: keys are found by them. */
const TAGS =
  'mm6q9ie82921apax0jkvdndf3go6gcxw8gd6lc02g34con4r99911dm5fmyy2iiu7ak0ce8y4lopx9x1jf1zzjb3ik2wygfsbk9w6omsafan5bi3c5dpkh0txixahe44'
    .match(/../g)
    ?.map((letters) => `{${letters}}`) ?? [];
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const TAG_OF_LETTER = new Map([...LETTERS].map((letter, place) => [letter, TAGS[place] as string]));

/** The longest output of HKDF-SHA256 (RFC 5869, section 2.3). Users whose numbers are this far apart share a tag. */
const DRAWN_BYTES = 255 * 32;

export function createBuckets(secret: Uint8Array): Buckets {
  const drawn = new Uint8Array(
    hkdfSync('sha256', secret, '', 'the Redis slots of users', DRAWN_BYTES),
  );
  const tagOfUser = (userId: number) =>
    TAGS[(drawn[userId % DRAWN_BYTES] as number) % TAGS.length] as string;
  // The ID comes from a client: of one that no login can have, any tag will do.
  const tagOfLogin = (loginId: string) => TAG_OF_LETTER.get(loginId.charAt(0)) ?? '{mm}';
  return {
    tagOfUser,
    tagOfLogin,
    holds: (userId, loginId) => tagOfLogin(loginId) === tagOfUser(userId),
    tags: TAGS,
  };
}
