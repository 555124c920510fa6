import type { Database } from './database.js';
import { Post } from './post.js';
import { compile, type Statement, selectAll } from './statement.js';

/** The fields a request may change, in every combination that is asked for. */
export type PostField = 'title' | 'body';

/** What the API asks of the table of posts. Parameters are named in the comments. */
export interface PostStatements {
  /** id */
  readonly selectById: Statement<Post>;
  /** Without a cursor: none. After one: beforeId. LIMIT is part of the SQL, so there is one for each. */
  selectPage(limit: number, afterCursor: boolean): Statement<Post>;
  /** ownerId, actedBy, title, body */
  readonly insert: Statement<Post>;
  /** id, ownerId, actedBy, and the fields */
  update(fields: readonly PostField[]): Statement<Post>;
  /** id, ownerId */
  readonly remove: Statement<Pick<Post, 'id'>>;
}

export function preparePostStatements({ dataSource, dialect }: Database): PostStatements {
  const { writes, now } = dialect;
  const posts = () => selectAll(dataSource, Post, 'post');
  const byOwner = 'id = :id AND ownerId = :ownerId';
  const owned = { id: 'id', ownerId: 'ownerId' };
  // A parameter stands in the query as its own name, whatever the type of its column.
  const named = (names: readonly string[]): object =>
    Object.fromEntries(names.map((name) => [name, name]));
  return {
    selectById: compile(posts().where('post.id = :id', { id: 'id' })),
    selectPage: remembered((limit: number, afterCursor: boolean) => {
      const page = posts().orderBy('post.id', 'DESC').limit(limit);
      return compile<Post>(
        afterCursor ? page.where('post.id < :beforeId', { beforeId: 'beforeId' }) : page,
      );
    }),
    insert: writes.insert(
      dataSource,
      Post,
      dataSource
        .createQueryBuilder()
        .insert()
        .into(Post)
        .values(named(['ownerId', 'actedBy', 'title', 'body'])),
    ),
    update: remembered((fields: readonly PostField[]) =>
      writes.update(
        dataSource,
        Post,
        dataSource
          .createQueryBuilder()
          .update(Post)
          .set({ ...named([...fields, 'actedBy']), updatedAt: () => now })
          .where(byOwner, owned),
      ),
    ),
    remove: writes.remove(
      dataSource.createQueryBuilder().delete().from(Post).where(byOwner, owned),
    ),
  };
}

/** Makes a value when it is first asked for. Callers pass few different arguments: limits, fields. */
function remembered<Arguments extends unknown[], Value>(make: (...given: Arguments) => Value) {
  const made = new Map<string, Value>();
  return (...given: Arguments): Value => {
    const key = given.join(' ');
    const value = made.get(key) ?? make(...given);
    made.set(key, value);
    return value;
  };
}
