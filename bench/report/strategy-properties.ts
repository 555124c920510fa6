/**
 * What a strategy declares, in plain words. The one place where they stand: `lab strategies`, the
 * report and the table in docs/strategies.md all read this table. To add a property is to add a line.
 */

import type { StrategyInfo } from '../model/result-schema.js';
import { countOf } from '../text/count-of.js';
import { listOf, NOT_MEASURED } from '../text/format.js';

export interface StrategyProperty {
  /** Heading of the column. */
  heading: string;
  /** What it says, in a sentence. */
  meaning: string;
  align: 'left' | 'right';
  /** The words for a strategy; undefined when an old result does not tell. */
  of(strategy: StrategyInfo): string | undefined;
}

export const STRATEGY_PROPERTIES: readonly StrategyProperty[] = [
  {
    heading: 'Sent as',
    meaning: 'How the client carries the credential, and whether all logins of a user share one.',
    align: 'left',
    of: ({ carrier, onePerUser }) =>
      carrier &&
      { cookie: 'cookie', bearer: 'bearer header', unverified: 'plain header' }[carrier] +
        (onePerUser ? ', one for each user' : ''),
  },
  {
    heading: 'State kept in',
    meaning:
      'Where the server side of a credential lies. “The credential”: it carries all itself, and the server keeps nothing.',
    align: 'left',
    of: ({ stateIn }) =>
      stateIn &&
      {
        redis: 'Redis',
        instance: 'one instance',
        authority: 'the authority',
        credential: 'the credential',
      }[stateIn],
  },
  {
    heading: 'Bytes',
    meaning: 'Length of the header value that carries it, sent with each request.',
    align: 'right',
    of: ({ credentialBytes }) => credentialBytes?.toLocaleString('en'),
  },
  {
    heading: 'Asks per request',
    meaning: 'What an authenticated request needs of other processes.',
    align: 'left',
    of: ({ perRequest }) => perRequest && asks(perRequest),
  },
  {
    heading: 'Ends when revoked',
    meaning:
      'When a credential stops working after logout, password change or disabling of the user.',
    align: 'left',
    of: ({ revocation, expires }) =>
      revocation &&
      {
        'at-once': 'at once',
        'on-this-instance': 'on the instance that heard',
        'at-expiry': 'at its expiry',
        never: 'never',
      }[revocation] + (expires === false && revocation !== 'never' ? ', else never' : ''),
  },
  {
    heading: 'Good at all instances',
    meaning: 'Whether one instance takes what another gave.',
    align: 'left',
    of: ({ sharedByInstances }) => yesNo(sharedByInstances),
  },
  {
    heading: 'Survives loss of Redis',
    meaning: 'Whether it still works after Redis came back empty.',
    align: 'left',
    of: ({ survivesRedisLoss }) => yesNo(survivesRedisLoss),
  },
  {
    heading: 'Others can verify',
    meaning: 'Whether a process that has only public keys can verify it.',
    align: 'left',
    of: ({ verifiableByThirdParty }) => yesNo(verifiableByThirdParty),
  },
  {
    heading: 'Lists logins',
    meaning: 'Whether users see their logins and end single ones.',
    align: 'left',
    of: ({ listsLogins }) => yesNo(listsLogins),
  },
  {
    heading: 'Token routes',
    meaning:
      'What a client does with a token alone: renew it (with a refresh token), or revoke it (RFC 7009).',
    align: 'left',
    of: ({ refreshes, revokesTokens }) =>
      refreshes === undefined
        ? undefined
        : [...(refreshes ? ['renew'] : []), ...(revokesTokens ? ['revoke'] : [])].join(', ') || '–',
  },
  {
    heading: 'Delegates by',
    meaning: 'How a user lets somebody else act with a part of their rights.',
    align: 'left',
    of: ({ delegation }) =>
      delegation &&
      { 'token-exchange': 'token exchange', 'scoped-session': 'lesser session', none: '–' }[
        delegation
      ],
  },
];

/** The words of all properties, in the order of the table. */
export function wordsOf(strategy: StrategyInfo): string[] {
  return STRATEGY_PROPERTIES.map(({ of }) => of(strategy) ?? NOT_MEASURED);
}

/** @param heading of a property. @throws Error where there is no such property */
export function propertyInWords(heading: string, strategy: StrategyInfo): string {
  const property = STRATEGY_PROPERTIES.find((known) => known.heading === heading);
  if (!property) throw new Error(`no property is called ${heading}`);
  return property.of(strategy) ?? NOT_MEASURED;
}

/** Whether the result tells more than the name: those of the first version do not. */
export function isDeclared(strategy: StrategyInfo): boolean {
  return STRATEGY_PROPERTIES.some(({ of }) => of(strategy) !== undefined);
}

function yesNo(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'yes' : 'no';
}

function asks({ redis, authority }: NonNullable<StrategyInfo['perRequest']>): string {
  const parts = [
    ...(redis > 0 ? [`Redis ${times(redis)}`] : []),
    ...(authority > 0 ? [`the authority ${times(authority)}`] : []),
  ];
  return parts.length > 0 ? listOf(parts) : 'no store';
}

function times(count: number): string {
  return count === 1 ? 'once' : countOf(count, 'time');
}
