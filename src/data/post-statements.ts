import type { Database } from './database.js';
import { Post } from './post.js';
import { compile, type Statement, selectAll } from './statement.js';

/** The fields a request may change, in every combination that is asked for. */
export type PostField = 'title' | 'body';

/** A post of a list. */
export type PostItem = Omit<Post, 'version'>;

/** What the API asks of the table of posts. Parameters are named in the comments. */
export interface PostStatements {
  /** id */
  readonly selectById: Statement<Post>;
  /** Without a cursor: none. After one: beforeId. LIMIT is part of the SQL, so there is one for each. */
  selectPage(limit: number, afterCursor: boolean): Statement<PostItem>;
  /** ownerId, actedBy, title, body */
  readonly insert: Statement<Post>;
  /** id, ownerId, actedBy, and the fields; of a version: also version, and only what still has it */
  update(fields: readonly PostField[], ofVersion: boolean): Statement<Post>;
  /** id, ownerId; of a version: also version, and only what still has it */
  remove(ofVersion: boolean): Statement<Pick<Post, 'id'>>;
}

export function preparePostStatements({ dataSource, dialect }: Database): PostStatements {
  const { writes, now } = dialect;
  const posts = () => selectAll(dataSource, Post, 'post');
  // Look and write in one statement: nobody gets in between.
  const byOwner = (ofVersion: boolean): [string, object] => [
    `id = :id AND ownerId = :ownerId${ofVersion ? ' AND version = :version' : ''}`,
    { id: 'id', ownerId: 'ownerId', version: 'version' },
  ];
  // A parameter stands in the query as its own name, whatever the type of its column.
  const named = (names: readonly string[]): object =>
    Object.fromEntries(names.map((name) => [name, name]));
  return {
    selectById: compile(
      posts().addSelect('post.version', 'version').where('post.id = :id', { id: 'id' }),
    ),
    selectPage: remembered((limit: number, afterCursor: boolean) => {
      const page = posts().orderBy('post.id', 'DESC').limit(limit);
      return compile<PostItem>(
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
    update: remembered((fields: readonly PostField[], ofVersion: boolean) =>
      writes.update(
        dataSource,
        Post,
        dataSource
          .createQueryBuilder()
          .update(Post)
          .set({
            ...named([...fields, 'actedBy']),
            updatedAt: () => now,
            version: () => 'version + 1',
          })
          .where(...byOwner(ofVersion)),
      ),
    ),
    remove: remembered((ofVersion: boolean) =>
      writes.remove(
        dataSource
          .createQueryBuilder()
          .delete()
          .from(Post)
          .where(...byOwner(ofVersion)),
      ),
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
