import { StartupError } from '../server/errors.js';
import type { AuthStrategy, StrategyModule } from './strategy.js';

/**
 * What a strategy declares and what it has must be the same: routes, document and tests follow the
 * declaration.
 * @throws StartupError `strategy_contradicts_itself`
 */
export function checkStrategy(module: StrategyModule, strategy: AuthStrategy): void {
  const found = contradictions(module, strategy);
  if (found.length > 0) {
    throw new StartupError('strategy_contradicts_itself', found.join('; '));
  }
}

function contradictions(
  { description, needs, companions }: StrategyModule,
  strategy: AuthStrategy,
) {
  const { revocation, expires, carrier, delegation, stateIn, perRequest } = description;
  const { tokens } = strategy;
  const asksRedis = needs.includes('redis') || companions !== undefined;
  const parts: readonly [declaration: string, declared: boolean, part: string, has: boolean][] = [
    ['refreshes', description.refreshes, 'tokens.refresh', tokens?.refresh !== undefined],
    [
      'revokesTokens',
      description.revokesTokens === true,
      'tokens.revoke',
      tokens?.revoke !== undefined,
    ],
    [
      "delegation: 'token-exchange'",
      delegation === 'token-exchange',
      'tokens.exchange',
      tokens?.exchange !== undefined,
    ],
    [
      "delegation: 'scoped-session'",
      delegation === 'scoped-session',
      'delegate',
      strategy.delegate !== undefined,
    ],
    ['listsLogins', description.listsLogins, 'logins', strategy.logins !== undefined],
  ];
  return [
    ...parts.flatMap(([declaration, declared, part, has]) =>
      declared === has
        ? []
        : [
            declared
              ? `it declares ${declaration} and has no ${part}`
              : `it has ${part} and does not declare ${declaration}`,
          ],
    ),
    ...(expires === false && revocation === 'at-expiry'
      ? ["its credentials do not expire, so revocation cannot be 'at-expiry': declare 'never'"]
      : []),
    ...(expires !== false && revocation === 'never'
      ? ["its credentials expire, so revocation cannot be 'never': declare 'at-expiry'"]
      : []),
    ...(carrier === 'cookie' && strategy.challenge !== undefined
      ? ['its credential is a cookie, for which HTTP has no scheme: challenge must be undefined']
      : []),
    ...(carrier !== 'cookie' && strategy.challenge === undefined
      ? ['its credential travels in Authorization: challenge must name the scheme']
      : []),
    ...(carrier === 'bearer' &&
    strategy.challenge !== undefined &&
    !/^Bearer( |$)/i.test(strategy.challenge)
      ? ["its carrier is 'bearer', so challenge must be of the scheme Bearer"]
      : []),
    ...((stateIn === 'redis' || perRequest.redis > 0) && !asksRedis
      ? ["it declares that it uses Redis and does not name 'redis' in needs"]
      : []),
    ...(stateIn === 'authority' && companions === undefined
      ? ['its state is in the authority, which companions does not name']
      : []),
    ...(description.verifiableByThirdParty && strategy.publicKeys === undefined
      ? ['it declares verifiableByThirdParty and has no publicKeys']
      : []),
  ];
}
