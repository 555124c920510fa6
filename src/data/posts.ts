import { AppError } from '../errors.js';
import type { Database } from './database.js';
import type { Post } from './post.js';
import { type PostField, preparePostStatements } from './post-statements.js';

export interface PostContent {
  readonly title: string;
  readonly body: string;
}

/** In whose name a post is written, and who did it for them; null: they did it themselves. */
export interface Author {
  readonly ownerId: number;
  readonly actedBy: string | null;
}

export interface Posts {
  /** Newest first: ids only grow, so the primary key is the order and no other index is needed. */
  list(options: { limit: number; beforeId: number | undefined }): Promise<Post[]>;
  /** @throws AppError `not_found` */
  read(id: number): Promise<Post>;
  create(author: Author, content: PostContent): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner` */
  change(id: number, author: Author, content: Partial<PostContent>): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner` */
  remove(id: number, ownerId: number): Promise<void>;
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

  /** Called after a write that asked for the owner touched no row: says which of the two it was. */
  async function refuse(id: number): Promise<never> {
    await read(id);
    throw new AppError('not_owner', { detail: `Post ${id} belongs to another user.` });
  }

  return {
    list: ({ limit, beforeId }) => {
      const select = statements.selectPage(limit, beforeId !== undefined);
      return database.run((manager) => select(manager, { beforeId }));
    },
    read,
    create: async (author, { title, body }) => {
      try {
        const [post] = await database.run((manager) =>
          statements.insert(manager, { ...author, title, body }),
        );
        return post as Post;
      } catch (error) {
        if (database.violation(error) === 'foreign_key') {
          // A credential may outlive its user.
          throw new AppError('account_gone', { detail: 'Register again to write posts.' });
        }
        throw error;
      }
    },
    change: async (id, author, content) => {
      const fields = FIELDS.filter((field) => content[field] !== undefined);
      const update = statements.update(fields);
      const [post] = await database.run((manager) =>
        update(manager, { ...content, ...author, id }),
      );
      return post ?? refuse(id);
    },
    remove: async (id, ownerId) => {
      const [removed] = await database.run((manager) =>
        statements.remove(manager, { id, ownerId }),
      );
      if (removed === undefined) {
        await refuse(id);
      }
    },
  };
}
