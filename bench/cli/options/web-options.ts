/** The options that put a web tier before the instances. */

import { BALANCES, type Balance } from '../../fleet/web-tier/nginx-configuration.js';
import type { RunConfig } from '../../model/result-schema.js';
import { oneOf, type ParsedOptions } from '../parse-options.js';
import { refuse } from './run-options.js';

const DEFAULT_BALANCE: Balance = 'round-robin';

/** @param needed the option without which a balance has no meaning */
export function balanceOption(needed: string) {
  return oneOf(
    BALANCES,
    `with ${needed}: how nginx spreads requests over the instances (${DEFAULT_BALANCE})`,
  );
}

/** @throws LabError OPTION_INVALID, exit code 2, for a balance without a web tier */
export function balanceFrom(
  hasWebTier: boolean,
  balance: Balance | undefined,
  needed: string,
): Balance | undefined {
  refuse(!hasWebTier && balance !== undefined, `--balance has a meaning with ${needed} only.`);
  return hasWebTier ? (balance ?? DEFAULT_BALANCE) : undefined;
}

const WITH_WEB = '--topology web';

export const WEB_OPTIONS = {
  topology: oneOf(
    ['direct', 'web'],
    'where connections go: to the instances, or to nginx before them (direct)',
  ),
  balance: balanceOption(WITH_WEB),
} as const;

/** @throws LabError OPTION_INVALID, exit code 2 */
export function webFrom({
  topology,
  balance,
}: ParsedOptions<typeof WEB_OPTIONS>): Pick<RunConfig, 'web'> {
  const chosen = balanceFrom(topology === 'web', balance, WITH_WEB);
  return chosen ? { web: { balance: chosen } } : {};
}
