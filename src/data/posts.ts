import { LessThan } from 'typeorm';
import { AppError } from '../errors.js';
import { type Database, sqlState } from './database.js';
import { Post } from './post.js';

export interface PostContent {
  readonly title: string;
  readonly body: string;
}

export interface Posts {
  /** Newest first: ids only grow, so the primary key is the order and no other index is needed. */
  list(options: { limit: number; beforeId: number | undefined }): Promise<Post[]>;
  /** @throws AppError `not_found` */
  read(id: number): Promise<Post>;
  create(ownerId: number, content: PostContent): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner` */
  change(id: number, ownerId: number, content: Partial<PostContent>): Promise<Post>;
  /** @throws AppError `not_found`, `not_owner` */
  remove(id: number, ownerId: number): Promise<void>;
}

const FOREIGN_KEY_VIOLATION = '23503';

export function createPosts(database: Database): Posts {
  async function read(id: number): Promise<Post> {
    const post = await database.run((manager) => manager.findOneBy(Post, { id }));
    if (post === null) {
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
    list: ({ limit, beforeId }) =>
      database.run((manager) =>
        manager.find(Post, {
          where: beforeId === undefined ? {} : { id: LessThan(beforeId) },
          order: { id: 'DESC' },
          take: limit,
        }),
      ),
    read,
    create: async (ownerId, content) => {
      try {
        return await database.run(async (manager) => {
          const post = manager.create(Post, { ...content, ownerId });
          await manager.insert(Post, post);
          return post;
        });
      } catch (error) {
        if (sqlState(error) === FOREIGN_KEY_VIOLATION) {
          // A credential may outlive its user.
          throw new AppError('account_gone', { detail: 'Register again to write posts.' });
        }
        throw error;
      }
    },
    change: async (id, ownerId, content) => {
      const result = await database.run((manager) =>
        manager
          .createQueryBuilder()
          .update(Post)
          .set({ ...content, updatedAt: () => 'now()' })
          .where({ id, ownerId })
          .returning('*')
          .execute(),
      );
      const [row] = result.raw as PostRow[];
      return row === undefined ? refuse(id) : fromRow(row);
    },
    remove: async (id, ownerId) => {
      const result = await database.run((manager) => manager.delete(Post, { id, ownerId }));
      if (result.affected !== 1) {
        await refuse(id);
      }
    },
  };
}

/** A row as RETURNING gives it, in the names of the table. */
interface PostRow {
  id: number;
  owner_id: number;
  title: string;
  body: string;
  created_at: Date;
  updated_at: Date;
}

function fromRow(row: PostRow): Post {
  return {
    id: row.id,
    ownerId: row.owner_id,
    title: row.title,
    body: row.body,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
  };
}
