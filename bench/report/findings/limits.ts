/**
 * What limited the runs, and what that does to the reading of the figures.
 */
import { type Limit, limitOf } from '../../analyse/limits.js';
import type { Summary } from '../../analyse/summarise.js';
import { isSameCondition } from '../../model/condition.js';
import type { Result } from '../../model/result-schema.js';
import { distinctScenarios, isSameScenario } from '../../model/scenario.js';
import { countOf } from '../../text/count-of.js';
import { code, listOf } from '../../text/format.js';
import type { ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

const DATABASE_READING =
  'Strategies share that limit, so throughput there hides differences between them. Compare CPU time per request instead.';

const READINGS: Record<Limit['code'], string> = {
  application:
    'Throughput there follows from the CPU time that the application needs for a request.',
  authority: 'More instances cannot raise throughput there: all of them ask the one authority.',
  web: 'More instances cannot raise throughput there: all requests pass the one nginx.',
  prediction:
    'More instances cannot raise throughput there: all of them ask the one prediction server.',
  redis:
    'More instances cannot raise throughput there: the shared session store is the limit to scaling.',
  postgres: DATABASE_READING,
  mariadb: DATABASE_READING,
  loadGenerator:
    'Throughput there is a lower bound: the service could have answered more than it was asked.',
  machine:
    'Instances, stores and load generator took CPU time from each other, so throughput there, and its growth with instances, measures this machine as much as the strategy. CPU time per request is the steadier figure.',
  nearlyMachine:
    'Throughput there measures this machine as much as the strategy. CPU time per request is the steadier figure.',
  none: 'Throughput there depends on waiting times (network, locks, pools, the number of connections) more than on CPU time.',
};

export function limitFindings(view: ReportView): Finding[] {
  const limited = view.summaries.filter(({ limit }) => limit !== null);
  const codes = [...new Set(limited.map(({ limit }) => limit?.code ?? 'none'))];
  return codes.map((limitCode) => {
    const here = limited.filter(({ limit }) => limit?.code === limitCode);
    const label = here[0]?.limit?.label ?? '';
    const where = here.length === limited.length ? 'Everywhere' : capitalWhere(here, limited);
    const seen = limitCode === 'nearlyMachine' ? `: ${busyInWords(here, view.result)}` : '';
    return finding('limit', `${where}, the limit was ${label}${seen}. ${READINGS[limitCode]}`, {
      caution: ['machine', 'nearlyMachine', 'loadGenerator'].includes(limitCode),
    });
  });
}

/** "no single process used its whole core, but the machine was 86 to 91 % busy" */
function busyInWords(summaries: readonly Summary[], { trials }: Result): string {
  const shares = trials
    .filter((trial) => summaries.some((summary) => isSameCondition(trial, summary)))
    .filter((trial) => trial.valid && limitOf(trial).code === 'nearlyMachine')
    .flatMap(({ machine }) => machine.busyShare ?? []);
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map((share) =>
    String(Math.round(share * 100)),
  );
  const busy = least === most ? least : `${least} to ${most}`;
  return `no single process used its whole core, but the machine was ${busy} % busy`;
}

/** "With `me` and 2 instances, and with `crud` and 1 instance (session only)" */
function capitalWhere(summaries: Summary[], limited: Summary[]): string {
  const parts = distinctScenarios(summaries).map((scenario) => {
    const here = summaries.filter((summary) => isSameScenario(summary, scenario));
    const everyone = limited.filter((summary) => isSameScenario(summary, scenario));
    const who =
      here.length === everyone.length ? '' : ` (${listOf(here.map(({ variant }) => variant))})`;
    return `${code(scenario.workload)} with ${countOf(scenario.instances, 'instance')}${who}`;
  });
  return `On ${listOf(parts)}`;
}
