/** The report of drills, as sections: the table of all, then each of them. */
import { summariseDrill, type VariantSummary } from '../../analyse/drills/summarise-drill.js';
import type { DrillRecord, DrillResult } from '../../model/drill-schema.js';
import { left, paragraph, right, type Section, table } from '../../text/blocks.js';
import { CHART_CAPTION, drillChart } from './drill-chart.js';
import {
  countsOf,
  millisecondsOf,
  missingOf,
  secondsOf,
  shareOf,
  verdictInWords,
} from './words.js';

export function drillSections(result: DrillResult): Section[] {
  const variants = result.variants.map(({ id }) => id);
  return [
    overview(result, variants),
    ...result.drills.map((drill) => oneDrill(drill, variants)),
    method(result),
  ];
}

function overview(result: DrillResult, variants: readonly string[]): Section {
  const rows = result.drills.map((drill) => {
    const summaries = summariseDrill(drill);
    return [
      drill.name,
      ...variants.map((variant) => {
        const summary = summaries.find((each) => each.variant === variant);
        return summary === undefined ? '–' : inOneCell(summary);
      }),
    ];
  });
  return {
    id: 'all',
    title: 'What held, and what did not',
    blocks: [
      paragraph(
        `Each variant ran on ${result.instances} instances and was asked ${result.ratePerSecond} times a second, whatever it answered. Then something was broken. A variant held if, from then on, no answer was wrong, at most ${result.steadyState.errorShare * 100} % were missing, and 99 of 100 came within ${result.steadyState.p99Ms} ms.`,
      ),
      ...table(
        'Verdict, and how long after the fault the last answer was not right (median of the repetitions; "to the end": it still was when we stopped looking, a few seconds later)',
        [left('drill'), ...variants.map(left)],
        rows,
      ),
    ],
  };
}

function inOneCell(summary: VariantSummary): string {
  const { verdict, lastWrongSeconds, isWrongAtTheEnd, agreeing, repetitions, votes } = summary;
  if (verdict === 'inconclusive') {
    return `? ${votes.held} held, ${votes.deviated} not, of ${repetitions}`;
  }
  const share = agreeing === repetitions ? '' : ` (${agreeing} of ${repetitions})`;
  if (verdict === 'held') return `✔ held${share}`;
  const until = isWrongAtTheEnd
    ? 'to the end'
    : lastWrongSeconds === null
      ? 'slow'
      : `${lastWrongSeconds.median.toFixed(1)} s`;
  return `✖ ${until}${share}`;
}

function oneDrill(drill: DrillRecord, variants: readonly string[]): Section {
  const summaries = summariseDrill(drill);
  const shown = summaries.filter(({ variant }) => variants.includes(variant));
  const control = summaries.find(({ variant }) => !variants.includes(variant));
  const rows = [...shown, ...(control ? [control] : [])].map((summary) => [
    summary.variant,
    verdictInWords(summary),
    missingOf(summary, 'read'),
    missingOf(summary, 'write'),
    missingOf(summary, 'login'),
    shareOf(summary.outcomes, 'wrongly-refused'),
    shareOf(summary.outcomes, 'wrongly-accepted', 'resurrected'),
    countsOf(summary.lostLogins),
    secondsOf(summary.firstWrongSeconds),
    secondsOf(summary.detectSeconds),
    summary.isWrongAtTheEnd ? 'not seen' : secondsOf(summary.recoverSeconds),
    millisecondsOf(summary.p99Ms),
  ]);
  return {
    id: drill.name,
    title: `${drill.name}: ${drill.question}`,
    blocks: [
      paragraph(`What is done: ${drill.fault}. Undone: ${drill.undo}.`),
      ...(drill.repetitions.length > 0
        ? [
            {
              kind: 'figures' as const,
              charts: [drillChart(drill, variants)],
              caption: CHART_CAPTION,
            },
          ]
        : []),
      ...table(
        `Of all answers from the fault to the end, ${drill.repetitions.length} repetitions: median, and least to most in brackets`,
        [
          ...[left('variant'), left('verdict')],
          ...[right('reads failed'), right('writes failed'), right('new logins failed')],
          ...[right('wrongly refused'), right('wrongly accepted'), right('logins lost')],
          ...[right('first wrong after'), right('seen by /readyz after')],
          ...[right('last wrong after the undo'), right('p99')],
        ],
        rows,
      ),
    ],
  };
}

function method(result: DrillResult): Section {
  const stores = Object.entries(result.stores).map(([name, what]) => `${name}: ${what}`);
  return {
    id: 'method',
    title: 'How it was done',
    blocks: [
      paragraph(
        `All variants stood on one stage at the same time, on the same stores, each with people of its own. Beside them stood a control lane (${result.control}) on stores of its own, which nothing was done to: where it did not hold, the repetition says nothing. Requests were sent by a plan; one in ten makes a post, one in fifty is a login of somebody new, the others ask who is logged in. A request without an answer within ${result.patienceMs} ms has none. No client tries again, and no web server stands between: what is missing here is what a client would have to deal with.`,
      ),
      paragraph(
        `A ledger knows for every answer what would have been right. While a logout is under way, either answer is. In drills that end logins, half of the requests come with an ended login, and access tokens live ${result.tokenLifeSeconds} s instead of minutes, so that their end can be seen: with longer ones the doors stay open as much longer.`,
      ),
      paragraph(
        `${result.machine.cpuModel}, ${result.machine.cores} cores, Node ${result.machine.node}; ${stores.join('; ')}. Again: \`${result.command}\`. Every answer is in the files events-….ndjson.gz.`,
      ),
    ],
  };
}
