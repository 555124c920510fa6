import type { EntityManager } from 'typeorm';
import { AppError } from '../server/errors.js';
import type { Database } from './database.js';
import type { Post } from './post.js';
import { type PostField, type PostItem, preparePostStatements } from './post-statements.js';

export interface PostContent {
  readonly title: string;
  readonly body: string;
}

/** In whose name a post is written, and who did it for them; null: they did it themselves. */
export interface Author {
  readonly ownerId: number;
  readonly actedBy: string | null;
}

/** Throws when a post as it is must not be changed. */
export type Precondition = (current: Post) => void;

/** What is written together with a post, or not at all. */
type Alongside = (transaction: EntityManager, post: Post) => Promise<void>;

export interface Posts {
  /**
   * Newest first: ids only grow, so the primary key is the order and no other index is needed. Pages have no
   * versions, so nothing is changed on the strength of one: they may come from a replica.
   */
  list(options: { limit: number; beforeId: number | undefined }): Promise<PostItem[]>;
  /** @throws AppError `not_found` */
  read(id: number): Promise<Post>;
  /** @throws AppError `account_gone` */
  create(author: Author, content: PostContent, alongside?: Alongside): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner`, and what the precondition throws */
  change(
    id: number,
    author: Author,
    content: Partial<PostContent>,
    precondition?: Precondition,
  ): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner`, and what the precondition throws */
  remove(id: number, ownerId: number, precondition?: Precondition): Promise<void>;
}

const FIELDS: readonly PostField[] = ['title', 'body'];

export function createPosts(database: Database): Posts {
  const statements = preparePostStatements(database);

  async function read(id: number): Promise<Post> {
    const [post] = await database.run((manager) => statements.selectById(manager, { id }));
    if (post === undefined) {
      throw new AppError('not_found', { detail: `There is no post ${id}.` });
    }
    return post;
  }

  async function readOwned(id: number, ownerId: number): Promise<Post> {
    const post = await read(id);
    if (post.ownerId !== ownerId) {
      throw new AppError('not_owner', { detail: `Post ${id} belongs to another user.` });
    }
    return post;
  }

  async function insert(manager: EntityManager, author: Author, content: PostContent) {
    const [post] = await statements.insert(manager, { ...author, ...content });
    return post as Post;
  }

  /**
   * Writes to a post of its owner. Under a precondition it writes to the version that met it and to
   * no other; when somebody else was faster, the precondition is asked about what they wrote. Each
   * turn of the loop but the last follows a write that succeeded, so it comes to an end.
   */
  async function write<Row>(
    { id, ownerId, precondition }: { id: number; ownerId: number; precondition?: Precondition },
    attempt: (version: number | undefined) => Promise<Row[]>,
  ): Promise<Row> {
    for (;;) {
      const current = precondition && (await readOwned(id, ownerId));
      if (current !== undefined) {
        precondition?.(current);
      }
      const [row] = await attempt(current?.version);
      if (row !== undefined) {
        return row;
      }
      // No row: not there, not theirs, or not of that version any more.
      await readOwned(id, ownerId);
    }
  }

  return {
    list: ({ limit, beforeId }) => {
      const select = statements.selectPage(limit, beforeId !== undefined);
      return database.readOlder((manager) => select(manager, { beforeId }));
    },
    read,
    create: async (author, content, alongside) => {
      try {
        return await database.run((manager) =>
          alongside === undefined
            ? insert(manager, author, content)
            : manager.transaction(async (transaction) => {
                const post = await insert(transaction, author, content);
                await alongside(transaction, post);
                return post;
              }),
        );
      } catch (error) {
        return orAccountGone(database, error);
      }
    },
    change: (id, author, content, precondition) => {
      const fields = FIELDS.filter((field) => content[field] !== undefined);
      return write({ id, ownerId: author.ownerId, precondition }, (version) => {
        const update = statements.update(fields, version !== undefined);
        return database.run((manager) => update(manager, { ...content, ...author, id, version }));
      });
    },
    remove: async (id, ownerId, precondition) => {
      await write({ id, ownerId, precondition }, (version) => {
        const remove = statements.remove(version !== undefined);
        return database.run((manager) => remove(manager, { id, ownerId, version }));
      });
    },
  };
}

/**
 * A credential may outlive its user; then what is written for them refers to nobody.
 * @throws AppError `account_gone`, or the error itself when it is another
 */
export function orAccountGone(database: Database, error: unknown): never {
  if (database.violation(error) === 'foreign_key') {
    throw new AppError('account_gone', { detail: 'Register again to write posts.' });
  }
  throw error;
}
