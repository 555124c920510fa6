import { expect } from 'chai';
import { readRedisServers } from '../../../src/config/redis-servers.js';
import { createBuckets } from '../../../src/data/redis/buckets.js';

describe('REDIS_URL', () => {
  it('is one server, the nodes of a cluster, or Sentinels', () => {
    expect(readRedisServers('redis://u:p%40@host:7000/3')).to.deep.equal({
      kind: 'one',
      url: 'redis://u:p%40@host:7000/3',
    });
    const access = { username: undefined, password: 'p@', tls: false };
    expect(readRedisServers('redis://:p%40@one:7000,two')).to.deep.equal({
      kind: 'cluster',
      nodes: [
        { host: 'one', port: 7000 },
        { host: 'two', port: 6379 },
      ],
      ...access,
    });
    expect(readRedisServers('rediss-cluster://:p%40@[::1]:7000')).to.deep.equal({
      kind: 'cluster',
      nodes: [{ host: '::1', port: 7000 }],
      ...access,
      tls: true,
    });
    expect(readRedisServers('redis-sentinel://:p%40@one,two:7000/2#mymaster')).to.deep.equal({
      kind: 'sentinel',
      sentinels: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 7000 },
      ],
      name: 'mymaster',
      database: 2,
      ...access,
    });
  });

  for (const [text, problem] of [
    ['http://host', 'must be a URL'],
    ['redis://', 'must be a URL'],
    ['redis://one,', 'between each two commas'],
    ['redis://one:0,two', 'between each two commas'],
    ['redis://one:65536,two', 'between each two commas'],
    ['redis://one:70a,two', 'between each two commas'],
    ['redis://one two,three', 'between each two commas'],
    [`redis://${'a,'.repeat(100)}a`, 'between each two commas'],
    ['redis://one,two?db=3', 'takes no options'],
    ['redis://one,two/3', 'no database but 0'],
    ['redis://one/x', 'number of a database'],
    ['redis://one#name', 'takes a #'],
    ['redis-sentinel://one', 'must end with #'],
    ['redis-sentinel://one#a b', 'must end with #'],
    ['redis://:100%secret@one,two', 'a % that begins no escape'],
  ] as const) {
    it(`is refused when it is ${text.slice(0, 40)}, and nothing of it is repeated`, () => {
      const found = readRedisServers(text) as { problem: string };
      expect(found.problem).to.include(problem);
      expect(found.problem).to.not.include('secret');
    });
  }
});

describe('where the keys of a user lie in a cluster', () => {
  const buckets = createBuckets(Buffer.alloc(32, 7));

  it('is one of 64 tags, and users are spread over all of them', () => {
    expect(new Set(buckets.tags).size).to.equal(64);
    const users = new Map<string, number>();
    for (let userId = 1; userId <= 6400; userId++) {
      const tag = buckets.tagOfUser(userId);
      users.set(tag, (users.get(tag) ?? 0) + 1);
    }
    expect(users.size).to.equal(64);
    expect(Math.min(...users.values())).to.be.above(60);
    expect(Math.max(...users.values())).to.be.below(150);
  });

  it('is told by the first letter of the ID of a login, as by the user', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    const holding = [...letters].filter((letter) => buckets.holds(42, `${letter}rest`));
    expect(holding).to.have.length(1);
    expect(buckets.tagOfLogin(holding[0] ?? '')).to.equal(buckets.tagOfUser(42));
    expect(buckets.tagOfLogin('')).to.be.oneOf(buckets.tags);
    expect(buckets.tagOfLogin('é')).to.be.oneOf(buckets.tags);
  });

  it('cannot be told without the secret: another one spreads them otherwise', () => {
    const other = createBuckets(Buffer.alloc(32, 8));
    const alike = Array.from({ length: 6400 }, (_, index) => index + 1).filter(
      (userId) => buckets.tagOfUser(userId) === other.tagOfUser(userId),
    );
    // One of 64 by chance.
    expect(alike.length).to.be.within(50, 160);
  });
});
