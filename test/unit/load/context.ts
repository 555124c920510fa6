import type { RequestContext } from '../../../bench/load/workload.js';
import { seededRandom } from '../../../bench/model/random.js';

/** What a workload makes its requests of: one user on one instance, among the posts up to `lastId`. */
export function contextOf(seed = 1, lastId = 10_000): RequestContext {
  return {
    connection: {
      origin: 'http://127.0.0.1:1',
      instance: 0,
      credential: { Cookie: 'id=abc' },
      user: { id: 1, email: 'user0001@example.test', name: 'User 1' },
      password: 'secret',
    },
    posts: { firstId: 1, lastId },
    random: seededRandom(seed),
  };
}
