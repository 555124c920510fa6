import { delegatedToken, granted, publicKeys, tokenPair } from '../credential-schemas.js';
import type { DescribedInstance } from '../instance.js';
import type { Operation } from '../operation.js';
import { exchangeGrant, grant, refresh, refreshGrant, revocation } from '../request-schemas.js';

/** src/api/routes/token-routes.ts and src/api/routes/jwks-route.ts */
export function tokenOperations(instance: DescribedInstance): Operation[] {
  const { description, makesCredentials, publishesKeys } = instance;
  const { refreshes } = description;
  const exchanges = description.delegation === 'token-exchange';
  return [
    {
      id: 'refresh',
      method: 'post',
      path: '/auth/refresh',
      tag: 'tokens',
      summary: 'Renew a token',
      access: 'anyone',
      supported: refreshes && makesCredentials,
      body: { kind: 'json', schema: refresh },
      answers: [
        {
          status: 200,
          description: 'A new access token and the next refresh token.',
          schema: tokenPair,
        },
      ],
      problems: ['refresh_invalid'],
      uses: ['strategy'],
    },
    {
      id: 'revoke',
      method: 'post',
      path: '/auth/revoke',
      tag: 'tokens',
      summary: 'Revoke a token (RFC 7009)',
      access: 'anyone',
      supported: description.revokesTokens === true,
      body: { kind: 'form', schema: revocation },
      answers: [{ status: 200, description: 'It is no token any more, or never was one.' }],
      problems: ['at-expiry', 'never'].includes(description.revocation)
        ? ['unsupported_token_type']
        : [],
      uses: ['strategy'],
    },
    {
      id: 'grant',
      method: 'post',
      path: '/auth/token',
      tag: 'tokens',
      summary: !refreshes
        ? 'Hand a part of a token on (RFC 8693)'
        : exchanges
          ? 'Renew a token (RFC 6749), or hand a part of it on (RFC 8693)'
          : 'Renew a token (RFC 6749)',
      access: 'anyone',
      supported: (refreshes || exchanges) && makesCredentials,
      body: { kind: 'form', schema: !refreshes ? exchangeGrant : exchanges ? grant : refreshGrant },
      answers: [
        {
          status: 200,
          description: 'The token.',
          schema: !refreshes ? delegatedToken : exchanges ? granted : tokenPair,
        },
      ],
      problems: [
        'unsupported_grant_type',
        ...(exchanges ? (['invalid_scope', 'invalid_target', 'delegation_refused'] as const) : []),
        ...(refreshes ? (['refresh_invalid'] as const) : []),
        ...(refreshes && exchanges ? [] : (['not_supported'] as const)),
        // Between the check of the token and the making of the other its login may end.
        ...(refreshes ? [] : (['credential_invalid'] as const)),
      ],
      uses: ['strategy'],
    },
    {
      id: 'readPublicKeys',
      method: 'get',
      path: '/.well-known/jwks.json',
      tag: 'tokens',
      summary: 'The keys that verify tokens',
      access: 'anyone',
      supported: publishesKeys,
      parameters: ['ifNoneMatch'],
      answers: [
        {
          status: 200,
          description: 'The keys.',
          schema: publicKeys,
          mediaType: 'application/jwk-set+json',
          headers: ['ETag'],
        },
        { status: 304, description: 'They are those of If-None-Match.', headers: ['ETag'] },
      ],
    },
  ];
}
