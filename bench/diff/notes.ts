/** What a reader must know of two runs before believing a difference between them, in sentences. */

import type { Condition } from '../model/condition.js';
import { databaseOf } from '../model/databases.js';
import { withInstances } from '../model/scenario.js';
import { tierOf } from '../model/tiers.js';
import { signedChange, wordingOf } from '../report/wording.js';
import { countOf } from '../text/count-of.js';
import { code, formatPercentPoints, listOf } from '../text/format.js';
import type { DiffRow } from './diff-results.js';
import type { EnvironmentDifference, Weight } from './environment.js';
import { type DiffReport, isSameRun, machineMayExplain } from './report.js';

type RunOfDiff = DiffReport['a'];

export interface DiffNotes {
  /** Must be seen. */
  cautions: string[];
  /** May be read. */
  remarks: string[];
}

export function notesOf(report: DiffReport): DiffNotes {
  return {
    cautions: [
      ...sameRun(report),
      ...otherMachine(report),
      ...otherDatabase(report),
      ...partial(report),
      ...invalidTrials(report),
      ...control(report),
    ],
    remarks: [
      ...codeOf(report),
      ...conditionsOf(report),
      basisOf(report),
      ...onlyInOne(report),
      ...withoutInterval(report),
    ],
  };
}

/** "3 of 12 figures changed; 5 are equal within 5 %, 4 unsure." */
export function summaryOf(report: DiffReport): string {
  const { diff } = report;
  const count = (...verdicts: DiffRow['verdict'][]) =>
    diff.rows.filter(({ verdict }) => verdicts.includes(verdict)).length;
  if (diff.rows.length === 0) return 'The runs have no figure in common.';
  const margin = formatPercentPoints(diff.equivalenceMargin * 100);
  const changed = machineMayExplain(report)
    ? 'changed, which the machine alone may have caused'
    : 'changed';
  const are = (number: number) => `${number} ${number === 1 ? 'is' : 'are'}`;
  return `${count('faster', 'slower')} of ${countOf(diff.rows.length, 'figure')} ${changed}; ${are(count('equal'))} equal within ${margin} %; ${are(count('unsure'))} not decided.`;
}

function sameRun({ a, b }: DiffReport): string[] {
  return isSameRun(a, b) ? ['Both folders hold the same run, so nothing can differ.'] : [];
}

function otherMachine({ environment }: DiffReport): string[] {
  const differing = weighing('machine', environment);
  return differing.length === 0
    ? []
    : [
        `The runs come from different machines (${differing.map(inWords).join('; ')}). A change below says nothing of the code. Measure both on one machine.`,
      ];
}

/** Then the database is what is compared, or spoils what is. */
function otherDatabase({ a, b }: DiffReport): string[] {
  return hasSameDatabase(a, b)
    ? []
    : [
        `The database differs: ${productOf(a)} in A, ${productOf(b)} in B. Every change below has the difference between the two in it, also where the name of the figure does not say so.`,
      ];
}

function hasSameDatabase(a: RunOfDiff, b: RunOfDiff): boolean {
  return databaseOf(a.config) === databaseOf(b.config);
}

function productOf({ config }: RunOfDiff): string {
  return tierOf(databaseOf(config)).label;
}

function partial({ a, b }: DiffReport): string[] {
  return Object.entries({ A: a, B: b }).flatMap(([name, run]) =>
    run.partial ? [`Run ${name} ended before its plan did; what it measured is compared.`] : [],
  );
}

function invalidTrials({ a, b }: DiffReport): string[] {
  return Object.entries({ A: a, B: b }).flatMap(([name, { trials }]) => {
    const invalid = trials.filter((trial) => !trial.valid).length;
    return invalid === 0
      ? []
      : [
          `Of run ${name}, ${invalid} of ${countOf(trials.length, 'trial')} ${invalid === 1 ? 'is' : 'are'} invalid and left out.`,
        ];
  });
}

/** The control has no authentication: when it changes, something changed that all strategies share. */
function control({ diff }: DiffReport): string[] {
  const changed = diff.rows.filter(
    ({ control: isControl, verdict }) =>
      isControl && (verdict === 'faster' || verdict === 'slower'),
  );
  const [first] = changed;
  if (!first) return [];
  const each = changed.map(
    ({ metric, absolute, ...scenario }) =>
      `${wordingOf(metric).heading} on ${code(scenario.workload)}${withInstances(scenario)} ${signedChange(absolute.ratio, absolute.interval95)}`,
  );
  const takenOut = diff.rows.some(({ basis }) => basis === 'control')
    ? ' The figures relative to the control take it out, as if it had slowed every strategy by the same factor. If shared code is what you changed, read the figures as measured (--absolute).'
    : '';
  return [
    `The control ${first.variant} itself changed: ${each.join('; ')}. That is the machine, or code that all strategies share.${takenOut}`,
  ];
}

function codeOf({ environment, a, b }: DiffReport): string[] {
  if (a.config.targets || b.config.targets) {
    return [
      'Targets were measured as they were deployed: which code they ran, in A and in B, is not known.',
    ];
  }
  const differing = weighing('code', environment);
  if (differing.length > 0) return [`Code that differs: ${differing.map(inWords).join('; ')}.`];
  if (a.environment.commit === null) return [];
  return a.environment.dirty || b.environment.dirty
    ? ['Both runs are of the same commit, with changes that were not committed.']
    : [
        `Both runs are of the same commit, so a change below comes from chance${hasSameDatabase(a, b) ? ' or the machine' : ', the machine or the database'}.`,
      ];
}

function conditionsOf({ environment }: DiffReport): string[] {
  const differing = weighing('conditions', environment);
  return differing.length === 0
    ? []
    : [
        `The conditions differ: ${differing.map(inWords).join('; ')}. A part of each change may come from that.`,
      ];
}

function basisOf({ diff }: DiffReport): string {
  const relative = diff.rows.some(({ basis }) => basis === 'control');
  if (relative) {
    return 'Verdicts and conditions look at figures relative to the control of the same round, which cancels how fast the machine was at the time. The control itself is taken as measured.';
  }
  const could = diff.rows.some((row) => row.relative !== null);
  const why = could ? 'as asked for' : 'because not both runs have a control in the same rounds';
  return `Verdicts and conditions look at figures as measured, ${why}. The intervals know nothing of how the machine changed between the two runs: on a shared machine throughput drifts by a factor of two.`;
}

function onlyInOne({ diff }: DiffReport): string[] {
  return Object.entries({ A: diff.onlyInA, B: diff.onlyInB }).flatMap(([name, only]) =>
    only.length > 0 ? [`Only in ${name}: ${only.map(conditionInWords).join('; ')}.`] : [],
  );
}

function withoutInterval({ diff }: DiffReport): string[] {
  const rows = diff.rows.filter(({ absolute }) => absolute.interval95 === null);
  return rows.length === 0
    ? []
    : [
        `${countOf(rows.length, 'figure')} ${rows.length === 1 ? 'has' : 'have'} no interval: that takes two valid rounds in each run.`,
      ];
}

function conditionInWords({ variant, ...scenario }: Condition): string {
  return `${variant} on ${code(scenario.workload)}${withInstances(scenario)}`;
}

function weighing(weight: Weight, differences: readonly EnvironmentDifference[]) {
  return differences.filter((known) => known.weight === weight);
}

function inWords({ what, a, b }: EnvironmentDifference): string {
  return `${what} ${listOf([`${a} in A`, `${b} in B`])}`;
}
