import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { type Answer, type Credential, expectProblem } from '../../support/api-client.js';
import { rawRequest } from '../../support/raw-request.js';
import { type AttackFamily, everywhere, onDelegation } from '../attack.js';
import { delegate } from '../delegated.js';
import type { AttackTarget } from '../target.js';

const TEXT = { title: 'Written once', body: 'For its owner.' };

/** The Idempotency-Key of one request, used to get at the answer to it or to do its work again. */
export const idempotency: AttackFamily = {
  name: 'idempotency',
  attacks: [
    {
      title: 'the key of somebody else, to be answered what they were',
      outcome: everywhere,
      run: async (target) => {
        const key = randomUUID();
        const theirs = await write(target, target.bob.credential, key);
        const ours = await write(target, target.ada.credential, key);
        expect([theirs.status, ours.status]).to.deep.equal([201, 201]);
        expect(ours.body.ownerId).to.equal(target.ada.account.id);
        expect(ours.body.id).to.not.equal(theirs.body.id);
        expect(ours.headers.get('etag')).to.not.equal(theirs.headers.get('etag'));
      },
    },
    {
      title: 'the key of the user, sent by a third party, and the other way round',
      outcome: onDelegation,
      run: async (target) => {
        const { credential } = await delegate(target, target.ada, 'posts:write');
        for (const [first, second] of [
          [target.ada.credential, credential],
          [credential, target.ada.credential],
        ] as const) {
          const key = randomUUID();
          expect((await write(target, first, key)).status).to.equal(201);
          await target.stores.unchanged(async () => {
            const answer = await write(target, second, key);
            expectProblem(answer, 422, 'idempotency_key_reused');
            expect(JSON.stringify(answer.body)).to.not.include(TEXT.title);
          });
        }
      },
    },
    {
      title: 'one key in many requests at once, to write many posts',
      outcome: everywhere,
      run: async (target) => {
        const key = randomUUID();
        const { sharedByInstances } = target.module.description;
        const clients = [target.api, sharedByInstances ? await target.other() : target.api];
        const answers = await Promise.all(
          Array.from({ length: 16 }, (_, index) =>
            write(target, target.ada.credential, key, TEXT, clients[index % 2]),
          ),
        );
        const written = answers.filter(({ status }) => status === 201);
        expect(new Set(written.map(({ body }) => body.id)).size).to.equal(1);
        for (const answer of answers.filter(({ status }) => status !== 201)) {
          expectProblem(answer, 409, 'idempotency_key_in_use');
        }
      },
    },
    {
      title: 'the key of a login, to be logged in without the password',
      outcome: everywhere,
      run: async (target) => {
        const { account } = await target.victim();
        const headers = { 'idempotency-key': randomUUID() };
        const { email, password } = account;
        const login = (body: object) => target.api.call('POST', '/auth/login', { body, headers });
        expect((await login({ email, password })).status).to.equal(200);
        const answer = await login({ email, password: 'not the password' });
        expectProblem(answer, 401, 'login_failed');
        expect(answer.headers.getSetCookie()).to.deep.equal([]);
      },
    },
    {
      title: 'keys of requests that are refused, to fill the table of keys',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const { credential } = target.ada;
          const invalid = { ...TEXT, title: '' };
          for (const [status, sent] of [
            [422, () => write(target, credential, randomUUID(), invalid)],
            [400, () => write(target, credential, randomUUID(), '{"title":')],
            [401, () => write(target, target.carry('nonsense'), randomUUID())],
            [413, () => write(target, credential, randomUUID(), 'x'.repeat(200_000))],
          ] as const) {
            expect((await sent()).status).to.equal(status);
          }
        }),
    },
    {
      title: 'a key that is no string, too long, or there twice',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const [[name, value] = ['', '']] = Object.entries(target.ada.credential);
          const body = JSON.stringify(TEXT);
          const odd = ['\xff', '"\x80"', 'a\tb', "' OR '1'='1", 'x'.repeat(14_000), '"'];
          const fields = odd.map((key) => `Idempotency-Key: ${key}\r\n`);
          for (const field of [...fields, 'Idempotency-Key: a\r\nIdempotency-Key: b\r\n']) {
            const answer = await rawRequest(
              target.api.url,
              `POST /posts HTTP/1.1\r\nHost: x\r\n${name}: ${value}\r\n${field}` +
                `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
            );
            expect(answer.status, field.slice(0, 40)).to.equal(400);
            expect(answer.text).to.include('"code":"malformed_idempotency_key"');
          }
        }),
    },
  ],
};

function write(
  target: AttackTarget,
  credential: Credential,
  key: string,
  body: unknown = TEXT,
  api = target.api,
): Promise<Answer> {
  return api.call('POST', '/posts', { credential, body, headers: { 'idempotency-key': key } });
}
