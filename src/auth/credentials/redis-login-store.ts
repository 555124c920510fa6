import type { RedisClient } from '../../data/redis/clients.js';
import type { RedisStore } from '../../data/redis/redis-store.js';
import {
  decodeRecord,
  encodeRecord,
  LOGIN_ID_LENGTH,
  loginIdOf,
  newLoginSecret,
} from './login-record.js';
import { capGroupOf, type LoginStore, type LoginStoreOptions } from './login-store.js';

/**
 * First letters of the keys of one kind of login: of a record, and of a user's index. Two strategies on
 * one Redis must not take each other's credentials, nor end each other's logins. The letter tells them
 * apart and costs a login nothing.
 */
export interface LoginKeys {
  readonly record: string;
  readonly index: string;
}

export const SESSION_KEYS: LoginKeys = { record: 's:', index: 'u:' };
export const REFERENCE_TOKEN_KEYS: LoginKeys = { record: 'r:', index: 'v:' };

/**
 * Logins in Redis. `s:<login id>` is the record. `u:<user id>` is the index of the user's logins: their
 * IDs, all of one length, one after the other in one string. A string, because a set or a hash with one
 * member takes twice the memory, and most users have one login. Reference tokens have other letters.
 *
 * Scripts change both keys at once, and name keys that they find in the index. In a Redis Cluster all of them are
 * in one slot: a tag stands between the letter and the name (data/redis/buckets.ts), and the secret of a
 * login is drawn so that its ID tells the tag. While such a slot moves, a key that is not there may be at either
 * node: Redis refuses the script then, and no login is lost from the index.
 */
export function createRedisLoginStore(
  redis: RedisStore,
  keys: LoginKeys,
  options: LoginStoreOptions,
): LoginStore {
  const client = withScripts(redis);
  const { buckets } = redis;
  const recordPrefix = (userId: number) => `${keys.record}${buckets.tagOfUser(userId)}`;
  const recordKey = (userId: number, id: string) => `${recordPrefix(userId)}${id}`;
  const indexKey = (userId: number) => `${keys.index}${buckets.tagOfUser(userId)}${userId}`;
  return {
    newSecret: (userId) => {
      for (;;) {
        const secret = newLoginSecret();
        if (buckets.holds(userId, loginIdOf(secret))) {
          return secret;
        }
      }
    },
    read: async (id) => {
      const text = await redis.run(client.get(`${keys.record}${buckets.tagOfLogin(id)}${id}`));
      return text === null ? undefined : decodeRecord(text);
    },
    create: async (id, record, ttlMs) => {
      await redis.run(
        client.createLogin(
          recordKey(record.userId, id),
          indexKey(record.userId),
          id,
          encodeRecord(record),
          ttlMs,
          options.absoluteMs,
          options.perUserMax,
          recordPrefix(record.userId),
          capGroupOf(record) ?? '',
        ),
      );
    },
    renew: async (id, record, ttlMs) =>
      (await redis.run(
        client.set(recordKey(record.userId, id), encodeRecord(record), 'PX', ttlMs, 'XX'),
      )) !== null,
    list: async (userId) => {
      const ids = split((await redis.run(client.get(indexKey(userId)))) ?? '');
      const recordKeys = ids.map((id) => recordKey(userId, id));
      const texts = ids.length === 0 ? [] : await redis.run(client.mget(recordKeys));
      return ids.flatMap((id, position) => {
        // Expired ones stay in the index until the next login of this user.
        const text = texts[position];
        const record = text == null ? undefined : decodeRecord(text);
        return record === undefined ? [] : [{ id, record }];
      });
    },
    end: async (userId, id) =>
      (await redis.run(client.endLogin(recordKey(userId, id), indexKey(userId), id))) === 1,
    endAll: async (userId, keepId = '') => {
      await redis.run(client.endLogins(indexKey(userId), keepId, recordPrefix(userId)));
    },
    check: () => redis.checkWritable(keys.record),
    assertUp: () => redis.assertUp(),
    close: () => {},
  };
}

function split(index: string): string[] {
  return Array.from({ length: index.length / LOGIN_ID_LENGTH }, (_, position) =>
    index.slice(position * LOGIN_ID_LENGTH, (position + 1) * LOGIN_ID_LENGTH),
  );
}

interface LoginScripts {
  createLogin(
    recordKey: string,
    indexKey: string,
    id: string,
    record: string,
    ttlMs: number,
    indexTtlMs: number,
    perUserMax: number,
    recordPrefix: string,
    capGroup: string,
  ): Promise<number>;
  endLogin(recordKey: string, indexKey: string, id: string): Promise<number>;
  endLogins(indexKey: string, keepId: string, recordPrefix: string): Promise<number>;
}

/** ioredis sends a script once and its SHA-1 afterwards, and again when Redis has forgotten it. */
function withScripts({ client }: RedisStore): RedisClient & LoginScripts {
  client.defineCommand('createLogin', { numberOfKeys: 2, lua: CREATE });
  client.defineCommand('endLogin', { numberOfKeys: 2, lua: END });
  client.defineCommand('endLogins', { numberOfKeys: 1, lua: END_ALL });
  return client as RedisClient & LoginScripts;
}

const EACH_ID = `for at = 1, #index, ${LOGIN_ID_LENGTH} do
    local id = string.sub(index, at, at + ${LOGIN_ID_LENGTH - 1})`;

const CREATE = `
  local index = redis.call('GET', KEYS[2]) or ''
  local ids = {}
  ${EACH_ID}
    -- Of a cluster the client may send it twice: the first answer may have been lost.
    if id ~= ARGV[1] and redis.call('EXISTS', ARGV[6] .. id) == 1 then ids[#ids + 1] = id end
  end
  local surplus = #ids + 1 - tonumber(ARGV[5])
  if surplus > 0 then
    -- Only now, because most users have few logins: who of them is of the same group? The record of a
    -- delegated one has the client in its seventh field (login-record.ts).
    local alike = 0
    local groups = {}
    for place, id in ipairs(ids) do
      groups[place] = cjson.decode(redis.call('GET', ARGV[6] .. id))[7] or ''
      if groups[place] == ARGV[7] then alike = alike + 1 end
    end
    surplus = alike + 1 - tonumber(ARGV[5])
    local kept = {}
    for place, id in ipairs(ids) do
      if surplus > 0 and groups[place] == ARGV[7] then
        redis.call('DEL', ARGV[6] .. id)
        surplus = surplus - 1
      else kept[#kept + 1] = id end
    end
    ids = kept
  end
  ids[#ids + 1] = ARGV[1]
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
  local life = math.max(ARGV[3], ARGV[4], redis.call('PTTL', KEYS[2]))
  redis.call('SET', KEYS[2], table.concat(ids), 'PX', life)
  return #ids`;

const END = `
  local index = redis.call('GET', KEYS[2]) or ''
  local ids, found = {}, false
  ${EACH_ID}
    if id == ARGV[1] then found = true else ids[#ids + 1] = id end
  end
  if not found then return 0 end
  if #ids == 0 then redis.call('DEL', KEYS[2])
  else redis.call('SET', KEYS[2], table.concat(ids), 'KEEPTTL') end
  return redis.call('DEL', KEYS[1])`;

const END_ALL = `
  local index = redis.call('GET', KEYS[1]) or ''
  local ended, kept = 0, ''
  ${EACH_ID}
    if id == ARGV[1] then kept = id else ended = ended + redis.call('DEL', ARGV[2] .. id) end
  end
  if kept == '' then redis.call('DEL', KEYS[1])
  else redis.call('SET', KEYS[1], kept, 'KEEPTTL') end
  return ended`;
