/**
 * What limited the runs, and what that does to the reading of the figures.
 */
import { type Limit, limitOf } from '../../analyse/limits.js';
import type { Summary } from '../../analyse/summarise.js';
import { isSameCondition } from '../../model/condition.js';
import type { Result } from '../../model/result-schema.js';
import { distinctScenarios, isSameScenario, withInstances } from '../../model/scenario.js';
import { tierOf } from '../../model/tiers.js';
import { code, listOf } from '../../text/format.js';
import { limitWords } from '../limit-words.js';
import type { ReportView } from '../view.js';
import { type Finding, finding } from './finding.js';

export function limitFindings(view: ReportView): Finding[] {
  const limited = view.summaries.filter(({ limit }) => limit !== null);
  const codes = [...new Set(limited.map(({ limit }) => limit?.code ?? 'none'))];
  return codes.map((limitCode) => {
    const here = limited.filter(({ limit }) => limit?.code === limitCode);
    const label = here[0]?.limit?.label ?? '';
    const where = here.length === limited.length ? 'Everywhere' : capitalWhere(here, limited);
    const seen = limitCode === 'nearlyMachine' ? `: ${busyInWords(here, view.result)}` : '';
    return finding(
      'limit',
      `${where}, the limit was ${label}${seen}. ${limitWords(limitCode).reading}`,
      {
        caution: isOfTheLab(limitCode),
      },
    );
  });
}

/** Of the machine or the load generator: then throughput says less of the service. */
function isOfTheLab(code: Limit['code']): boolean {
  return ['machine', 'nearlyMachine', 'loadMachine'].includes(code) || tierOf(code).scope === 'lab';
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
    return `${code(scenario.workload)}${withInstances(scenario)}${who}`;
  });
  return `On ${listOf(parts)}`;
}
