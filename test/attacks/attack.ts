import type { StrategyDescription, StrategyModule } from '../../src/auth/strategy.js';
import { grantsTokens } from '../support/declared.js';
import type { ExpiryReport } from './expiry-watch.js';
import type { AttackTarget } from './target.js';

/** What an attacker gets, as the properties that a strategy declares let expect. */
export type Outcome =
  | { readonly kind: 'refused' }
  /** What was stolen goes on working to the end of its life, and no longer. */
  | { readonly kind: 'until-expiry' }
  /** Refused by the instance that heard of it; others take it to the end of its life. */
  | { readonly kind: 'elsewhere-until-expiry' }
  /** What was stolen works for ever. */
  | { readonly kind: 'never' }
  | { readonly kind: 'not-applicable'; readonly because: string };

export const REFUSED: Outcome = { kind: 'refused' };
export const UNTIL_EXPIRY: Outcome = { kind: 'until-expiry' };
const ELSEWHERE_UNTIL_EXPIRY: Outcome = { kind: 'elsewhere-until-expiry' };

export const NEVER: Outcome = { kind: 'never' };

export function notApplicable(because: string): Outcome {
  return { kind: 'not-applicable', because };
}

/** A target, and what becomes in the meantime of credentials that grow old beside it. */
export interface AgeingTarget extends AttackTarget {
  readonly expiry: Promise<ExpiryReport>;
}

/** What is known of a strategy without starting it. */
export type Facts = Pick<StrategyModule, 'description' | 'needs'>;

/** One attack. It is a test for each strategy it applies to, and a row of the table in the docs. */
export interface Attack {
  /** Title of the test: what is done, said as a sentence with "is refused" left out. */
  readonly title: string;
  /** From declared properties, never from a name. */
  outcome(facts: Facts): Outcome;
  run(target: AgeingTarget, outcome: Outcome): Promise<void>;
}

export interface AttackFamily {
  readonly name: string;
  readonly attacks: readonly Attack[];
}

/** Whether credentials are signed tokens that carry everything. */
export function isSigned({ needs }: Facts): boolean {
  return needs.includes('tokenKeys');
}

export const everywhere = (): Outcome => REFUSED;

export const onCookies = ({ description }: Facts): Outcome =>
  description.carrier === 'cookie'
    ? REFUSED
    : notApplicable('browsers do not send an Authorization header by themselves');

/** Strategies with any of the routes of OAuth 2.0 clients. */
export const onTokenRoutes = ({ description }: Facts): Outcome =>
  hasTokenRoutes(description)
    ? REFUSED
    : notApplicable(
        description.carrier === 'cookie'
          ? 'its credential is a cookie'
          : 'it neither renews, revokes nor exchanges tokens',
      );

export function hasTokenRoutes(description: StrategyDescription): boolean {
  return grantsTokens(description) || description.revokesTokens === true;
}

export const onSigned = (facts: Facts): Outcome =>
  isSigned(facts) ? REFUSED : notApplicable('its credential is not a signed token');

/** Strategies whose tokens are checked with a public key. */
export const onPublicKeys = (facts: Facts): Outcome =>
  !isSigned(facts) || facts.description.verifiableByThirdParty
    ? onSigned(facts)
    : notApplicable('it has no public key');

export const onRefresh = ({ description }: Facts): Outcome =>
  description.refreshes ? REFUSED : notApplicable('it has no refresh tokens');

export const onExchange = ({ description }: Facts): Outcome =>
  description.delegation === 'token-exchange' ? REFUSED : notApplicable('it exchanges no tokens');

export const onDelegation = ({ description }: Facts): Outcome =>
  description.delegation === 'none' ? notApplicable('it hands nothing on') : REFUSED;

/** After a credential was ended: by when its copy is refused. */
export const afterRevocation = ({ description }: Facts): Outcome => revoked(description);

function revoked({ revocation, sharedByInstances }: StrategyDescription): Outcome {
  switch (revocation) {
    case 'at-once':
      return REFUSED;
    case 'on-this-instance':
      return sharedByInstances ? ELSEWHERE_UNTIL_EXPIRY : REFUSED;
    case 'at-expiry':
      return UNTIL_EXPIRY;
    case 'never':
      return NEVER;
  }
}
