import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import type { ApiClient, Credential } from '../support/api-client.js';
import { openServicesOnStores, type ServicesOnStores } from '../support/services-on-stores.js';
import { strategiesBy } from '../support/strategies-by.js';

const WRITERS = 8;
const WRITES_EACH = 5;

for (const { name } of await strategiesBy(({ carrier, sharedByInstances }) =>
  sharedByInstances && carrier !== 'unverified' ? carrier : undefined,
)) {
  describe(`writers at the same time, on two instances, under AUTH_STRATEGY=${name}`, () => {
    let services: ServicesOnStores;
    let instances: ApiClient[];
    let credential: Credential;

    before(async () => {
      services = await openServicesOnStores({ AUTH_STRATEGY: name });
      instances = [await services.start({}), await services.start({})];
      const [api] = instances as [ApiClient];
      credential = await api.logIn(await api.register('ada'));
    });

    after(() => services?.close());

    const at = (index: number) => instances[index % instances.length] as ApiClient;

    async function createPost(title: string): Promise<string> {
      const answer = await at(0).call('POST', '/posts', { credential, body: { title, body: '-' } });
      return answer.headers.get('location') ?? '';
    }

    /** Reads, adds to what was read, writes; begins again for as long as somebody else was faster. */
    async function append(api: ApiClient, path: string, mark: string): Promise<number> {
      for (let refused = 0; ; refused += 1) {
        const read = await api.call('GET', path, { credential });
        const { title, body } = read.body;
        const written = await api.call('PUT', path, {
          credential,
          body: { title, body: `${body} ${mark}` },
          headers: { 'if-match': read.headers.get('etag') ?? '' },
        });
        if (written.status === 200) {
          return refused;
        }
        expect(`${written.status} ${written.body.code}`).to.equal('412 precondition_failed');
      }
    }

    it('lose no update when each names the state it read', async () => {
      const path = await createPost('Shared');
      const refused = await Promise.all(
        Array.from({ length: WRITERS }, async (_, writer) => {
          let count = 0;
          for (let write = 0; write < WRITES_EACH; write += 1) {
            count += await append(at(writer), path, `${writer}.${write}`);
          }
          return count;
        }),
      );
      const { body } = (await at(0).call('GET', path, { credential })).body;
      const marks = body.split(' ').slice(1);
      const expected = Array.from({ length: WRITERS * WRITES_EACH }, (_, index) => {
        return `${Math.floor(index / WRITES_EACH)}.${index % WRITES_EACH}`;
      });
      expect(marks).to.have.members(expected);
      // Or they did not meet, and nothing was tested.
      expect(refused.reduce((sum, count) => sum + count)).to.be.greaterThan(0);
    });

    it('of whom two name the same state: one writes, the others are told', async () => {
      for (const [method, body] of [
        ['PUT', { title: 'Won', body: 'Won' }],
        ['PATCH', { title: 'Won' }],
        ['DELETE'],
      ] as const) {
        const path = await createPost('Contested');
        const etag = (await at(0).call('GET', path, { credential })).headers.get('etag') ?? '';
        const answers = await Promise.all(
          Array.from({ length: WRITERS }, (_, writer) =>
            at(writer).call(method, path, { credential, body, headers: { 'if-match': etag } }),
          ),
        );
        const statuses = answers.map(({ status }) => status);
        const won = statuses.filter((status) => status < 300);
        expect(won, `${method} ${statuses}`).to.have.length(1);
        const lost = method === 'DELETE' ? [404, 412] : [412];
        for (const status of statuses.filter((status) => status >= 300)) {
          expect(status).to.be.oneOf(lost);
        }
      }
    });

    it('with one Idempotency-Key write one post', async () => {
      const body = { title: 'Once', body: randomUUID() };
      const headers = { 'idempotency-key': `"${randomUUID()}"` };
      const send = (writer: number) =>
        at(writer).call('POST', '/posts', { credential, body, headers });
      const answers = await Promise.all(Array.from({ length: WRITERS * 2 }, (_, i) => send(i)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses).to.include(201);
      for (const status of statuses) {
        expect(status).to.be.oneOf([201, 409]);
      }
      answers.push(await send(1));
      const made = answers.filter(({ status }) => status === 201).map((answer) => answer.body);
      for (const answer of made) {
        expect(answer).to.deep.equal(made[0]);
      }
      const rows = await services.database.query('SELECT id FROM posts WHERE body = $1', [
        body.body,
      ]);
      expect(rows).to.have.length(1);
    });
  });
}
