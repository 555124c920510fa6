import { createHash } from 'node:crypto';
import type { Context } from 'koa';
import type { IdempotencyKeys } from '../data/idempotency-keys.js';
import type { Post } from '../data/post.js';
import type { Author, PostContent, Posts } from '../data/posts.js';
import { AppError } from '../server/errors.js';

interface CreateOnceDeps {
  readonly posts: Posts;
  readonly keys: IdempotencyKeys;
}

/**
 * Creates a post, or answers with the post that an earlier request with the same key created, as it
 * was then, whatever became of it since.
 * @throws AppError as `IdempotencyKeys.claim` and `Posts.create` do
 */
export async function createOnce(
  { posts, keys }: CreateOnceDeps,
  key: string,
  author: Author,
  content: PostContent,
): Promise<Post> {
  const { title, body } = content;
  const fingerprint = fingerprintOf(author.actedBy, title, body);
  const claim = await keys.claim({ userId: author.ownerId, key, fingerprint });
  if ('answer' in claim) {
    return fromAnswer(claim.answer, content);
  }
  try {
    return await posts.create(author, content, (transaction, post) =>
      claim.complete(transaction, toAnswer(post)),
    );
  } catch (error) {
    // Not waited for: the database may be what failed. Without it the claim ends by itself.
    claim.release().catch(() => {});
    throw error;
  }
}

/**
 * Title and body are in the request, and the fingerprint says that they are the same. Their places are
 * kept: the answer is to be the same to the letter.
 */
function toAnswer(post: Post): string {
  return JSON.stringify({ ...post, title: null, body: null });
}

function fromAnswer(answer: string, { title, body }: PostContent): Post {
  const post = JSON.parse(answer);
  const createdAt = new Date(post.createdAt);
  const updatedAt = new Date(post.updatedAt);
  return { ...post, title, body, createdAt, updatedAt };
}

/**
 * A string of RFC 8941, as draft-ietf-httpapi-idempotency-key-header has it, or the same without
 * quotes, as most clients send it. Quoted or not, it is the same key.
 */
const KEY = /^(?:"([\x20\x21\x23-\x5b\x5d-\x7e]{1,255})"|([A-Za-z0-9._~:+/=-]{1,255}))$/;

/**
 * @returns undefined when the request has none
 * @throws AppError `malformed_idempotency_key`
 */
export function readIdempotencyKey({ req }: Context): string | undefined {
  const header = req.headers['idempotency-key'];
  if (header === undefined) {
    return undefined;
  }
  const match = KEY.exec(String(header));
  if (match === null) {
    throw new AppError('malformed_idempotency_key', {
      detail: 'Idempotency-Key is one string of 1 to 255 characters, such as a UUID in quotes.',
    });
  }
  return match[1] ?? match[2];
}

/** What tells one request from another under the same key: SHA-256, in hex, of its parts. */
function fingerprintOf(...parts: readonly (string | null)[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
