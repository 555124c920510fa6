/**
 * Why a strategy that keeps its state in one instance fails behind a web tier: the trials that show it
 * are no measurements, and what makes them so is the finding.
 */
import type { Trial } from '../../model/result-schema.js';
import { countOf } from '../../text/count-of.js';
import { formatShare, listOf } from '../../text/format.js';
import type { ReportView } from '../view.js';
import { BALANCE_WORDS } from '../wording.js';
import { type Finding, finding } from './finding.js';

export function lostSessionFindings({ variants, result }: ReportView): Finding[] {
  const { web } = result.config;
  if (!web) return [];
  return variants.flatMap(({ id, strategy }) => {
    const described = result.strategies.find(({ name }) => name === strategy);
    const lost = result.trials.filter((trial) => trial.variant === id && refused(trial) > 0);
    if (described?.stateIn !== 'instance' || lost.length === 0) return [];
    const text = [
      `${id} keeps a login in the memory of the instance that answered it.`,
      `nginx (${BALANCE_WORDS[web.balance]}) sent the requests that followed to the other instances as well. They had never heard of the login: ${sharesOf(lost)}.`,
      'That is why these trials do not count, and it is the finding: state in one instance breaks when instances are added.',
      web.balance === 'sticky'
        ? 'Sticky balancing keeps a user at one instance while that instance lives.'
        : 'Either every request of a user goes to the same instance (`--balance sticky`), or the state lies where all instances find it: in a shared store, or in the credential itself.',
    ].join(' ');
    return [finding('state', text, { caution: true })];
  });
}

/** Share of the answers that said "not logged in". */
function refused({ statuses, requests }: Trial): number {
  return requests === 0 ? 0 : (statuses['401'] ?? 0) / requests;
}

/** "with 2 instances, 50 % of the requests were answered 401" */
function sharesOf(trials: readonly Trial[]): string {
  const counts = [...new Set(trials.map(({ instances }) => instances))].sort((a, b) => a - b);
  const each = counts.map((instances) => {
    const shares = trials.filter((trial) => trial.instances === instances).map(refused);
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return `with ${countOf(instances, 'instance')}, ${formatShare(mean)}`;
  });
  return `${listOf(each)} of the requests were answered 401`;
}
