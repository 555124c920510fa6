import { expect } from 'chai';
import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, everywhere } from '../attack.js';
import type { AttackTarget } from '../target.js';

const TEXT = { title: 'A title', body: 'A body' };
const NOWHERE = '/posts/2147483647';

/** Conditions, to learn what one may not know, or to change what one may not change. */
export const preconditions: AttackFamily = {
  name: 'preconditions',
  attacks: [
    {
      title: 'a condition that tells a stranger the state of a post, or that there is one',
      outcome: everywhere,
      run: async (target) => {
        const { location, etag } = await write(target);
        const conditions: Record<string, string>[] = [
          { 'if-match': etag },
          { 'if-match': '"x"' },
          { 'if-none-match': '*' },
        ];
        await target.stores.unchanged(async () => {
          for (const headers of conditions) {
            for (const [method, body] of [['PUT', TEXT], ['PATCH', TEXT], ['DELETE']] as const) {
              const { credential } = target.bob;
              const stranger = await target.api.call(method, location, {
                credential,
                body,
                headers,
              });
              expectProblem(stranger, 403, 'not_owner');
            }
            for (const path of [location, NOWHERE]) {
              for (const method of ['GET', 'DELETE']) {
                const nobody = await target.api.call(method, path, { headers });
                expectProblem(nobody, 401, 'credential_missing');
              }
            }
          }
        });
      },
    },
    {
      title: 'a condition that is nearly one, to have it overlooked',
      outcome: everywhere,
      run: async (target) => {
        const { location } = await write(target);
        const { credential } = target.ada;
        const nearly = [
          '"',
          '"a',
          'a"',
          'w/"a"',
          'W/ "a"',
          'W/W/"a"',
          '"a""b"',
          '*, "a"',
          '* *',
          ',',
          `${' '.repeat(5000)}x`,
          `"a"${' '.repeat(5000)}x`,
          `"${'a'.repeat(10_000)}`,
          `${','.repeat(10_000)}x`,
          `${'"a",'.repeat(2500)}x`,
        ];
        await target.stores.unchanged(async () => {
          for (const value of nearly) {
            for (const name of ['if-match', 'if-none-match']) {
              const headers = { [name]: value };
              const answer = await target.api.call('DELETE', location, { credential, headers });
              expectProblem(answer, 400, 'malformed_precondition');
            }
          }
        });
      },
    },
    {
      title: 'thousands of tags, of which none is the right one',
      outcome: everywhere,
      run: async (target) => {
        const { location, etag } = await write(target);
        const { credential } = target.ada;
        const many = '"",'.repeat(4500);
        await target.stores.unchanged(async () => {
          const headers = { 'if-match': `${many}W/${etag}` };
          const answer = await target.api.call('DELETE', location, { credential, headers });
          expectProblem(answer, 412, 'precondition_failed');
        });
        const headers = { 'if-none-match': many + etag };
        const read = await target.api.call('GET', location, { credential, headers });
        expect(read.status).to.equal(304);
      },
    },
  ],
};

/** A post of Ada's. */
async function write({ api, ada }: AttackTarget): Promise<{ location: string; etag: string }> {
  const { credential } = ada;
  const { headers } = await api.call('POST', '/posts', { credential, body: TEXT });
  return { location: headers.get('location') ?? '', etag: headers.get('etag') ?? '' };
}
