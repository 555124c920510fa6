/**
 * The sections of the report, in order: to add one is to add a line.
 */
import type { Block, Section } from '../text/blocks.js';
import type { Finding } from './findings/finding.js';
import { findingsOfView } from './findings.js';
import { caveats } from './sections/caveats.js';
import { comparisons } from './sections/comparisons.js';
import { cpu } from './sections/cpu.js';
import { environment } from './sections/environment.js';
import { latency } from './sections/latency.js';
import { method } from './sections/method.js';
import { otherCosts } from './sections/other-costs.js';
import { repeat } from './sections/repeat.js';
import { scaling } from './sections/scaling.js';
import { strategies } from './sections/strategies.js';
import { sustained } from './sections/sustained.js';
import { throughput } from './sections/throughput.js';
import { trials } from './sections/trials.js';
import { verdict } from './sections/verdict.js';
import { words } from './sections/words.js';
import { fitToTargets } from './targets/fit-blocks.js';
import { targetCaveats } from './targets/target-caveats.js';
import { targetCpu } from './targets/target-cpu.js';
import { targetEnvironment } from './targets/target-environment.js';
import { targetMethod } from './targets/target-method.js';
import { targetTraffic } from './targets/target-traffic.js';
import { targetWords } from './targets/target-words.js';
import { whatTargets } from './targets/what-targets.js';
import type { ReportView } from './view.js';

type Render = (view: ReportView, findings: Finding[]) => Block[];

const SECTIONS: readonly { id: string; title: string; render: Render }[] = [
  { id: 'sustained', title: 'Sustainable rate', render: sustained },
  { id: 'verdict', title: 'The verdict', render: verdict },
  { id: 'strategies', title: 'What was compared', render: strategies },
  { id: 'throughput', title: 'Throughput against instances', render: throughput },
  { id: 'scaling', title: 'How it scales, and why', render: scaling },
  { id: 'cpu', title: 'What a request costs in CPU time', render: cpu },
  { id: 'latency', title: 'How long a request takes', render: latency },
  { id: 'other-costs', title: 'What else a request costs', render: otherCosts },
  { id: 'comparisons', title: 'Every comparison', render: comparisons },
  { id: 'trials', title: 'Trials that do not count, and warnings', render: trials },
  { id: 'caveats', title: 'What this run cannot show', render: caveats },
  { id: 'method', title: 'The method', render: method },
  { id: 'environment', title: 'Where it ran', render: environment },
  { id: 'repeat', title: 'Repeat this run', render: repeat },
  { id: 'words', title: 'Words used here', render: words },
];

/** Of deployments that the lab did not start: nothing is said of processes, stores and machines that it does not see. */
const SECTIONS_OF_TARGETS: typeof SECTIONS = [
  { id: 'verdict', title: 'The verdict', render: verdict },
  { id: 'targets', title: 'What was compared', render: whatTargets },
  { id: 'throughput', title: 'How many requests were answered', render: throughput },
  { id: 'latency', title: 'How long a request takes', render: latency },
  { id: 'cpu', title: 'What a request costs in CPU time, where that is known', render: targetCpu },
  { id: 'traffic', title: 'What goes over the wire', render: targetTraffic },
  { id: 'comparisons', title: 'Every comparison', render: comparisons },
  { id: 'trials', title: 'Trials that do not count, and warnings', render: trials },
  { id: 'caveats', title: 'What this run cannot show', render: targetCaveats },
  { id: 'method', title: 'The method', render: targetMethod },
  { id: 'environment', title: 'Where the load came from', render: targetEnvironment },
  { id: 'repeat', title: 'Repeat this run', render: repeat },
  { id: 'words', title: 'Words used here', render: targetWords },
];

/** What is true of the whole run, however many plans it has. */
export const OF_THE_RUN: ReadonlySet<string> = new Set([
  ...['strategies', 'method', 'environment', 'repeat', 'words'],
]);

/** A run that looked for rates has no trials, which all other sections speak of. */
const SECTIONS_OF_RATES = new Set(['sustained', 'strategies', 'environment', 'repeat']);

export function sectionsOf(view: ReportView): Section[] {
  const findings = findingsOfView(view);
  if (view.result.config.targets) {
    return SECTIONS_OF_TARGETS.map(({ id, title, render }) => ({
      ...{ id, title },
      blocks: fitToTargets(render(view, findings)),
    }));
  }
  const ofRates = view.result.sustained !== undefined;
  const fitting = SECTIONS.filter(({ id }) =>
    ofRates ? SECTIONS_OF_RATES.has(id) : id !== 'sustained',
  );
  return fitting.map(({ id, title, render }) => ({ id, title, blocks: render(view, findings) }));
}
