/** Declarations of eleven strategies, as a service might print them. */
import type { DescribedStrategy } from '../../../bench/model/result-schema.js';

const SESSION: Omit<DescribedStrategy, 'name' | 'summary'> = {
  control: false,
  carrier: 'cookie',
  stateIn: 'redis',
  credentialBytes: 51,
  perRequest: { redis: 1, authority: 0 },
  revocation: 'at-once',
  sharedByInstances: true,
  survivesRedisLoss: false,
  verifiableByThirdParty: false,
  listsLogins: true,
  refreshes: false,
  delegation: 'scoped-session',
  needs: ['redis'],
  companions: [],
};

const TOKEN: typeof SESSION = {
  ...SESSION,
  carrier: 'bearer',
  stateIn: 'credential',
  credentialBytes: 400,
  perRequest: { redis: 0, authority: 0 },
  revocation: 'at-expiry',
  survivesRedisLoss: true,
  refreshes: true,
  delegation: 'token-exchange',
  needs: ['tokenSecret'],
};

const SIGNED: typeof SESSION = { ...TOKEN, verifiableByThirdParty: true, needs: ['tokenKeys'] };

/** In the order of a registry. */
export const ELEVEN: readonly DescribedStrategy[] = [
  {
    ...SESSION,
    name: 'session',
    summary: 'koa-session with an ioredis store: an id in a cookie, the user in Redis',
  },
  {
    ...SESSION,
    name: 'session-memory',
    summary: 'koa-session in the memory of each instance',
    stateIn: 'instance',
    perRequest: { redis: 0, authority: 0 },
    sharedByInstances: false,
    revocation: 'on-this-instance',
    survivesRedisLoss: true,
  },
  {
    ...SESSION,
    name: 'session-cookie',
    summary: 'the whole session in an encrypted cookie',
    stateIn: 'credential',
    credentialBytes: 1234,
    perRequest: { redis: 0, authority: 0 },
    revocation: 'at-expiry',
    survivesRedisLoss: true,
    listsLogins: false,
    delegation: 'none',
  },
  {
    ...TOKEN,
    name: 'jwt',
    summary: 'jose HS256: the user in a signed token, nothing stored on the server',
  },
  { ...SIGNED, name: 'jwt-es256', summary: 'jose ES256' },
  { ...SIGNED, name: 'jwt-eddsa', summary: 'jose EdDSA' },
  { ...SIGNED, name: 'jwt-rs256', summary: 'jose RS256', credentialBytes: 690 },
  {
    ...TOKEN,
    name: 'jwt-denylist',
    summary: 'jose HS256, and Redis is asked whether a token was revoked',
    perRequest: { redis: 2, authority: 0 },
    revocation: 'at-once',
  },
  {
    ...TOKEN,
    name: 'jwt-cached',
    summary: 'jose HS256 with a bounded cache of verified tokens',
    revocation: 'on-this-instance',
  },
  {
    ...TOKEN,
    name: 'opaque',
    summary: 'a reference token that an authority looks up',
    stateIn: 'authority',
    credentialBytes: 50,
    perRequest: { redis: 0, authority: 1 },
    revocation: 'at-once',
    survivesRedisLoss: false,
    needs: ['authority'],
    companions: ['authority'],
  },
  {
    ...TOKEN,
    name: 'none',
    summary: 'the control: no authentication',
    control: true,
    carrier: 'unverified',
    refreshes: false,
    listsLogins: false,
    delegation: 'none',
    needs: ['loopback'],
  },
];

/** Of a name that is none of the eleven: a token without a summary. */
export function declarationOf(name: string): DescribedStrategy {
  return ELEVEN.find((known) => known.name === name) ?? { ...TOKEN, name, summary: '' };
}
