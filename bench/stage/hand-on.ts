/**
 * A third party is given the right to write posts, and nothing more: by token exchange (RFC 8693), or by a session of
 * its own that can do less.
 */

import { credentialOf } from '../load/credentials.js';
import { fetchAnswer } from '../load/fetch-answer.js';
import { LabError } from '../model/errors.js';
import type { DescribedStrategy } from '../model/result-schema.js';

/** Known to the service unless DELEGATE_CLIENTS says otherwise. */
const CLIENT = 'post-scheduler';
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token';

/** @throws LabError DELEGATION_FAILED */
export async function handOn(
  origin: string,
  delegation: DescribedStrategy['delegation'],
  own: Record<string, string>,
): Promise<Record<string, string>> {
  if (delegation === 'none') {
    throw new LabError('DELEGATION_FAILED', 'Under this strategy nobody can hand rights on.');
  }
  const answer =
    delegation === 'token-exchange'
      ? await fetchAnswer(`${origin}/auth/token`, {
          method: 'POST',
          body: new URLSearchParams({
            grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
            subject_token: (own.Authorization ?? '').replace(/^\w+ /, ''),
            ...{ subject_token_type: ACCESS_TOKEN, client_id: CLIENT, scope: 'posts:write' },
          }),
        })
      : await fetchAnswer(`${origin}/auth/sessions/delegated`, {
          method: 'POST',
          headers: { ...own, 'Content-Type': 'application/json' },
          body: JSON.stringify({ client: CLIENT, scope: ['posts:write'] }),
        });
  const text = await answer.text();
  if (!answer.ok) {
    throw new LabError(
      'DELEGATION_FAILED',
      `Handing a right on answered ${answer.status}: ${text}`,
    );
  }
  const given: Readonly<Record<string, string>> = JSON.parse(text);
  const { access_token, token_type = 'Bearer', cookie, value } = given;
  return access_token
    ? credentialOf({ access_token, token_type }, [])
    : credentialOf(undefined, [`${cookie}=${value}`]);
}
