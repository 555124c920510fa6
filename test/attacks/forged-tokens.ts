import { expect } from 'chai';
import { expectProblem } from '../support/api-client.js';
import { type AttackTarget, exchangeForm } from './target.js';

/** A forgery that is only refused because the forger made a mistake proves nothing: this one is good. */
export async function expectAccepted(target: AttackTarget, token: string): Promise<void> {
  const answer = await target.me(target.carry(token));
  expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
}

/**
 * Presents tokens wherever the service takes one: as a credential, as one to be exchanged, and as one
 * to be revoked. None of it may change anything.
 */
export async function presentEach(target: AttackTarget, tokens: readonly string[]): Promise<void> {
  const exchanges = target.module.description.delegation === 'token-exchange';
  await target.stores.unchanged(async () => {
    for (const token of tokens) {
      const answer = await target.me(target.carry(token));
      expectProblem(answer, 401, 'credential_invalid');
      expect(answer.headers.get('www-authenticate')).to.equal('Bearer error="invalid_token"');
    }
    // Once is enough: it is the same check, and the exchange must not have one of its own.
    const [first = ''] = tokens;
    if (exchanges && first !== '') {
      const answer = await target.form('/auth/token', exchangeForm(first));
      expectProblem(answer, 400, 'delegation_refused');
    }
    if (target.module.description.revokesTokens && first !== '') {
      // RFC 7009, section 2.2: not an error, and nothing happens.
      expect((await target.form('/auth/revoke', { token: first })).status).to.equal(200);
    }
  });
}
