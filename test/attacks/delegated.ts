import { expect } from 'chai';
import type { Answer, Credential } from '../support/api-client.js';
import { ACTOR, type AttackTarget, exchangeForm, type Victim } from './target.js';

/** Asks for a credential of less reach, in the way this strategy has; scopes with spaces between. */
export function askDelegation(
  target: AttackTarget,
  owner: Victim,
  scope: string,
  client = ACTOR,
): Promise<Answer> {
  return target.module.description.delegation === 'token-exchange'
    ? target.form('/auth/token', exchangeForm(owner.secret, { scope, client_id: client }))
    : target.api.call('POST', '/auth/sessions/delegated', {
        credential: owner.credential,
        body: { client, scope: scope.split(' ') },
      });
}

/** What a third party holds after the user handed it a part of their rights. */
export async function delegate(
  target: AttackTarget,
  owner: Victim,
  scope: string,
): Promise<{ secret: string; credential: Credential; answer: Answer }> {
  const answer = await askDelegation(target, owner, scope);
  expect(answer.status, JSON.stringify(answer.body)).to.be.oneOf([200, 201]);
  const secret: string = answer.body.access_token ?? answer.body.value;
  return { secret, credential: target.carry(secret), answer };
}
