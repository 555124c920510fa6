import { expect } from 'chai';
import type { Redis } from 'ioredis';
import { OPTIONS_OF_THE_SERVICE } from '../../../bench/benchmarks/redis-client-options.js';
import { createRedisClient } from '../../../src/data/redis/clients.js';

describe('the options that bench:redis-clients takes for those of the service', () => {
  it('are those that the service gives to ioredis', () => {
    const client = createRedisClient({ kind: 'one', url: 'redis://127.0.0.1:1' }, 500) as Redis;
    const { retryStrategy, ...others } = OPTIONS_OF_THE_SERVICE;
    expect(client.options).to.deep.include(others);
    for (const attempt of [1, 2, 3, 4, 5, 100]) {
      expect(client.options.retryStrategy?.(attempt)).to.equal(retryStrategy?.(attempt));
    }
  });
});
