import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { metricsOfPair } from '../../../bench/analyse/metrics.js';
import { openAddressGate, resolveOnce } from '../../../bench/network/allowed-addresses.js';
import { commonPosts } from '../../../bench/targets/find-posts.js';
import { lifeOf, openLoginBook } from '../../../bench/targets/log-in.js';
import { parseMetrics } from '../../../bench/targets/read-metrics.js';
import { locateTargets } from '../../../bench/targets/target-address.js';
import { seededUsers } from '../../../bench/targets/target-users.js';
import { SEED_PASSWORD, seedUsers } from '../../../src/data/seed-content.js';
import { failure } from '../../support/failure.js';

describe('the users of targets unless others are named', () => {
  it('are those that seed.js makes', () => {
    const made = seedUsers(12).map(({ email }) => ({ email, password: SEED_PASSWORD }));
    expect(seededUsers(12)).to.deep.equal(made);
  });
});

describe('where targets are', () => {
  const look = async () => [{ address: '192.0.2.7', family: 4 }];
  const locate = async (...asked: [string, ...string[]][]) => {
    const resolve = resolveOnce(look);
    const range = [{ text: '192.0.2.0/24', network: '192.0.2.0', prefix: 24 }];
    return locateTargets(
      asked.map(([name, ...urls]) => ({ name, urls: urls.map((url) => new URL(url)) })),
      await openAddressGate(range, resolve, []),
      await openAddressGate([], resolve, []),
    );
  };
  const b: [string, string] = ['b', 'http://192.0.2.9'];

  it('connects to the address that was looked up, and names the host that was given', async () => {
    const [target] = await locate(['a', 'http://lab.example:3000'], b);
    expect(target?.addresses).to.deep.equal([
      {
        url: 'http://lab.example:3000',
        origin: 'http://192.0.2.7:3000',
        ofThisMachine: false,
        headers: { Host: 'lab.example:3000' },
      },
    ]);
  });

  it('takes port 80 where none is named, and 127.1 for loopback', async () => {
    const [one, other] = await locate(['a', 'http://127.1'], b);
    expect(one?.addresses[0]).to.include({ origin: 'http://127.0.0.1:80', ofThisMachine: true });
    expect(other?.addresses[0]).to.include({ origin: 'http://192.0.2.9:80' });
  });

  for (const [code, targets] of [
    ['TARGET_ALONE', [['a', 'http://127.0.0.1']]],
    [
      'TARGET_NAME_TWICE',
      [
        ['a', 'http://127.0.0.1'],
        ['a', 'http://192.0.2.9'],
      ],
    ],
    [
      'TARGET_NAME_TWICE',
      [
        ['a.1', 'http://127.0.0.1'],
        ['A-1', 'http://192.0.2.9'],
      ],
    ],
    [
      'TARGET_ADDRESS_TWICE',
      [
        ['a', 'http://lab.example'],
        ['b', 'http://192.0.2.7:80'],
      ],
    ],
    [
      'TARGET_ADDRESS_TWICE',
      [
        ['a', 'http://127.0.0.1:3'],
        ['b', 'http://[::1]:3'],
      ],
    ],
    ['TARGET_ADDRESS_TWICE', [['a', 'http://192.0.2.7', 'http://192.0.2.7'], b]],
    ['ADDRESS_NOT_ALLOWED', [['a', 'http://198.51.100.1'], b]],
  ] as const) {
    it(`${code} for ${JSON.stringify(targets)}`, async () => {
      const error = await failure(locate(...(targets as unknown as [string, string][])));
      expect(error).to.include({ code, exitCode: 2 });
    });
  }
});

describe('posts that all targets have', () => {
  const range = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index);

  it('are the longest run of ids that none of them lacks', () => {
    const a = [...range(1, 40), ...range(50, 200), ...range(300, 320)];
    const posts = commonPosts([
      { name: 'a', ids: a.reverse() },
      { name: 'b', ids: range(60, 400) },
    ]);
    expect(posts).to.deep.equal({ firstId: 60, lastId: 200 });
  });

  it('are none where the targets were not seeded alike', async () => {
    const differ = async () =>
      commonPosts([
        { name: 'a', ids: range(1, 100) },
        { name: 'b', ids: range(101, 200) },
      ]);
    expect(await failure(differ())).to.include({ code: 'TARGET_POSTS_DIFFER' });
  });
});

describe('the metrics of a target', () => {
  const TEXT = [
    '# TYPE process_cpu_seconds_total counter',
    'process_cpu_seconds_total 12.5 1395066363000',
    'process_resident_memory_bytes 9.1e+7',
    'process_start_time_seconds 1700000000',
    'nodejs_version_info{version="v20.20.2",major="20"} 1',
    '# TYPE http_request_duration_seconds histogram',
    'http_request_duration_seconds_bucket{le="0.1",route="/me"} 9',
    'http_request_duration_seconds_count{route="/me",status="200"} 9',
    'http_request_duration_seconds_count{route="/posts/:id",status="200"} 3',
  ];

  it('are its CPU time, its memory, its start and what it answered', () => {
    expect(parseMetrics(TEXT.join('\n'))).to.deep.equal({
      ...{ cpuSeconds: 12.5, rssBytes: 9.1e7, startedAtSeconds: 1_700_000_000 },
      ...{ answered: 12, runtime: 'v20.20.2' },
    });
  });

  it('have answered nothing right after the start', () => {
    const young = TEXT.filter((line) => !line.startsWith('http_request_duration_seconds_'));
    expect(parseMetrics(young.join('\n'))?.answered).to.equal(0);
  });

  for (const missing of ['process_cpu', 'process_start', 'process_resident', '# TYPE http']) {
    it(`are no reading without ${missing}`, () => {
      const text = TEXT.filter((line) => !line.startsWith(missing)).join('\n');
      expect(parseMetrics(text)).to.equal(undefined);
    });
  }

  it('are compared only where both tell them, and never of all servers', () => {
    const variant = (cpuFrom: 'metrics' | null) => ({
      ...{ id: 'a', strategy: null, environment: {} },
      target: { ...{ addresses: [], credential: 'Cookie', runtime: null, answers: [] }, cpuFrom },
    });
    const names = (...pair: ReturnType<typeof variant>[]) =>
      metricsOfPair(pair).map(({ name }) => name);
    const known = ['throughput', 'cpu.application', 'latency.p99'];
    expect(names(variant('metrics'), variant('metrics'))).to.deep.equal(known);
    expect(names(variant('metrics'), variant(null))).to.deep.equal(['throughput', 'latency.p99']);
  });
});

describe('the life of a login', () => {
  it('is what its answer says, and the shortest of several', () => {
    const nowMs = Date.parse('2026-01-01T00:00:00Z');
    const expires = 'id=1; expires=Thu, 01 Jan 2026 00:10:00 GMT';
    expect(lifeOf('{"expires_in":299}', [], nowMs)).to.equal(299);
    expect(lifeOf('', [expires], nowMs)).to.equal(600);
    expect(lifeOf('', [`${expires}; Max-Age=60`], nowMs)).to.equal(60);
    expect(lifeOf('{"expires_in":299}', ['lb=1; Max-Age=30'], nowMs)).to.equal(30);
    expect(lifeOf('{}', ['id=1'], nowMs)).to.equal(Number.POSITIVE_INFINITY);
  });
});

describe('the logins of a target', () => {
  let server: Server;
  let logins: string[];
  let nowMs: number;

  before(async () => {
    server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      const { email } = JSON.parse(body);
      logins.push(email);
      const token = { access_token: `${email} ${logins.length}`, token_type: 'Bearer' };
      response.end(JSON.stringify({ ...token, expires_in: 100 }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  after(() => server.close());
  beforeEach(() => {
    logins = [];
    nowMs = 0;
  });

  const bookOf = (users: string[]) => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const address = { url, origin: url, ofThisMachine: true, headers: {} };
    return openLoginBook(
      'a',
      users.map((email) => ({ email, password: 'x' })),
      () => address,
      new AbortController().signal,
      () => nowMs,
    );
  };

  it('are kept as long as they last, and made again before they end', async () => {
    const book = bookOf(['one', 'two']);
    const first = await book.lasting(60);
    expect(logins).to.have.members(['one', 'two']);
    nowMs = 30_000;
    expect(await book.lasting(60)).to.deep.equal(first);
    expect(logins).to.have.length(2);
    nowMs = 50_000;
    expect(await book.lasting(60)).not.to.deep.equal(first);
    expect(logins).to.have.length(4);
  });

  it('are made of those who are needed, and refused where none lasts', async () => {
    const book = bookOf(['one', 'two']);
    expect(await book.lasting(60, 1)).to.have.length(1);
    expect(logins).to.deep.equal(['one']);
    expect(await failure(book.lasting(101))).to.include({ code: 'TARGET_LOGIN_SHORT' });
  });
});
