/**
 * The sections of the report, in order: to add one is to add a line.
 */
import type { Block, Section } from './blocks.js';
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
import { strategies } from './sections/strategies.js';
import { sustained } from './sections/sustained.js';
import { throughput } from './sections/throughput.js';
import { trials } from './sections/trials.js';
import { verdict } from './sections/verdict.js';
import { words } from './sections/words.js';
import type { ReportView } from './view.js';

type Render = (view: ReportView, findings: Finding[]) => Block[];

interface SectionEntry {
  id: string;
  title: string;
  render: Render;
  /** What of the result it speaks of; without it, it fits every result. */
  of?: 'trials' | 'sustained';
}

const SECTIONS: readonly SectionEntry[] = [
  { id: 'sustained', title: 'Sustainable rate', render: sustained, of: 'sustained' },
  { id: 'verdict', title: 'The verdict', render: verdict, of: 'trials' },
  { id: 'strategies', title: 'What was compared', render: strategies },
  { id: 'throughput', title: 'Throughput against instances', render: throughput, of: 'trials' },
  { id: 'cpu', title: 'What a request costs in CPU time', render: cpu, of: 'trials' },
  { id: 'latency', title: 'How long a request takes', render: latency, of: 'trials' },
  { id: 'other-costs', title: 'What else a request costs', render: otherCosts, of: 'trials' },
  { id: 'comparisons', title: 'Every comparison', render: comparisons, of: 'trials' },
  { id: 'trials', title: 'Trials that do not count, and warnings', render: trials, of: 'trials' },
  { id: 'caveats', title: 'What this run cannot show', render: caveats, of: 'trials' },
  { id: 'method', title: 'The method', render: method, of: 'trials' },
  { id: 'environment', title: 'Where it ran', render: environment },
  { id: 'repeat', title: 'Repeat this run', render: repeat },
  { id: 'words', title: 'Words used here', render: words, of: 'trials' },
];

export function sectionsOf(view: ReportView): Section[] {
  const findings = findingsOfView(view);
  const { sustained: rates, trials: measured } = view.result;
  const has = { sustained: rates !== undefined, trials: !rates || measured.length > 0 };
  return SECTIONS.filter(({ of }) => !of || has[of]).map(({ id, title, render }) => ({
    id,
    title,
    blocks: render(view, findings),
  }));
}
