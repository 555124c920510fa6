import { expect } from 'chai';
import type { StoreMember, StoreReplication } from '../../bench/stores/store.js';
import { ApiClient, type Credential } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { openReplicatedPostgres, type ReplicatedPostgres } from '../support/replicated-postgres.js';
import {
  type RunningService,
  runEntry,
  startService,
  TOKEN_SECRET,
  type Variables,
} from '../support/service.js';

/** With time for a busy machine. */
const WITHIN_MS = 10_000;
const TIMEOUT_MS = 2000;

describe('an instance with DATABASE_REPLICA_URL', function () {
  this.timeout(60_000);
  let stores: ReplicatedPostgres;
  let replication: StoreReplication;
  let replica: StoreMember;
  let variables: Variables;
  let service: RunningService;
  let api: ApiClient;
  let credential: Credential;

  before(async () => {
    stores = await openReplicatedPostgres();
    ({ replication } = stores);
    replica = replication.replicas()[0] ?? expect.fail('there is no replica');
    await replication.untilInStep();
    variables = {
      AUTH_STRATEGY: 'jwt',
      DATABASE_URL: stores.databaseUrl,
      DATABASE_REPLICA_URL: replica.url,
      REDIS_URL: stores.redisUrl,
      STORE_TIMEOUT_MS: String(TIMEOUT_MS),
      METRICS: 'on',
    };
    service = await startService(variables);
    api = new ApiClient(service.url);
    credential = await api.logIn(await api.register('writer'));
  });
  after(async () => {
    await service?.stop();
    await stores?.close();
  });

  const list = async (): Promise<number[]> => {
    const { status, body } = await api.call('GET', '/posts?limit=100', { credential });
    expect(status).to.equal(200);
    return body.items.map(({ id }: { id: number }) => id);
  };
  const write = async (title: string): Promise<number> => {
    const answer = await api.call('POST', '/posts', { credential, body: { title, body: 'x' } });
    expect(answer.status).to.equal(201);
    return answer.body.id;
  };

  it('does not start, and names it, where there is none', async () => {
    const { stderr, code } = await runEntry('main', {
      ...variables,
      TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
      PORT: '0',
      DATABASE_REPLICA_URL: 'postgres://lab@127.0.0.1:1/lab',
    });
    expect(stderr).to.match(/^database_unreachable: DATABASE_REPLICA_URL: [^\n]*\n$/);
    expect(code).to.equal(1);
  });

  it('reads lists from it, and all else where it writes', async () => {
    const seen = await write('before');
    await eventually(async () => (await list()).includes(seen), 'the replica follows', WITHIN_MS);
    await replication.deafen();
    const unseen = await write('after');
    expect(await list())
      .to.include(seen)
      .and.not.to.include(unseen);
    // What may be changed on the strength of its version comes from where it is changed.
    const path = `/posts/${unseen}`;
    const { status, headers } = await api.call('GET', path, { credential });
    expect(status).to.equal(200);
    const changed = await api.call('PATCH', path, {
      ...{ credential, headers: { 'if-match': headers.get('etag') ?? '' } },
      body: { title: 'changed' },
    });
    expect(changed.status).to.equal(200);
    const { body } = await api.call('GET', '/metrics');
    expect(body).to.match(
      /store_round_trip_seconds_count\{store="replica",outcome="answered"\} [1-9]/,
    );
  });

  for (const [what, away, back] of [
    ['gone', () => replica.hands.kill(), () => replica.hands.start()],
    ['frozen', () => replica.hands.signal('SIGSTOP'), () => replica.hands.signal('SIGCONT')],
  ] as const) {
    it(`reads lists from the primary while it is ${what}, and from it afterwards`, async () => {
      const unseen = await write(`while it is ${what}`);
      await away();
      try {
        const fromMs = performance.now();
        expect(await list()).to.include(unseen);
        expect(performance.now() - fromMs).to.be.below(1.5 * TIMEOUT_MS);
        // Then nobody waits for it, most of the time.
        const soon = performance.now();
        expect(await list()).to.include(unseen);
        expect(performance.now() - soon).to.be.below(TIMEOUT_MS / 2);
        expect((await api.call('GET', '/readyz')).status).to.equal(200);
      } finally {
        await back();
      }
      await eventually(
        async () => !(await list()).includes(unseen),
        'lists come from the replica again, which hears nothing',
        WITHIN_MS,
      );
    });
  }
});
