/** The report of drills, as sections: the table of all, then each of them. */
import {
  type Doors,
  summariseDrill,
  type VariantSummary,
} from '../../analyse/drills/summarise-drill.js';
import type { DrillRecord, DrillResult } from '../../model/drill-schema.js';
import { left, paragraph, right, type Section, table } from '../../text/blocks.js';
import { NOT_MEASURED } from '../../text/format.js';
import { CHART_CAPTION, drillChart } from './drill-chart.js';
import {
  countsOf,
  millisecondsOf,
  missingOf,
  secondsOf,
  shareOf,
  verdictWithVotes,
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
        `Each strategy ran on ${result.instances} instances and was asked ${result.ratePerSecond} times a second, whatever it answered. Then something was broken. It held if, from then on, no answer was wrong, at most ${result.steadyState.errorShare * 100} % of each kind of request failed, and 99 of 100 answers came within ${result.steadyState.p99Ms} ms. Beside them stood a control that nothing was done to: where it did not hold either, the repetition says nothing.`,
      ),
      ...table(
        'Verdict, and how long after the fault the last answer was not right (median of the repetitions; "to the end": it still was when we stopped looking, a few seconds later). "3 of 5": in so many repetitions; the others say nothing, since the control, the load, or the time before the fault was not as it should be, or they say the opposite',
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

/** A dash where there was nothing to recover from. */
function afterTheUndo({
  isWrongAtTheEnd,
  lastWrongSeconds,
  recoverSeconds,
}: VariantSummary): string {
  if (lastWrongSeconds === null) return NOT_MEASURED;
  return isWrongAtTheEnd ? 'to the end' : secondsOf(recoverSeconds);
}

function oneDrill(drill: DrillRecord, variants: readonly string[]): Section {
  const summaries = summariseDrill(drill);
  const shown = summaries.filter(({ variant }) => variants.includes(variant));
  const control = summaries.find(({ variant }) => !variants.includes(variant));
  const rows = [...shown, ...(control ? [control] : [])].map((summary) => [
    summary.variant,
    verdictWithVotes(summary),
    missingOf(summary, 'read'),
    missingOf(summary, 'write'),
    missingOf(summary, 'login'),
    shareOf(summary.outcomes, 'wrongly-refused'),
    shareOf(summary.outcomes, 'wrongly-accepted', 'resurrected'),
    countsOf(summary.lostLogins),
    secondsOf(summary.firstWrongSeconds),
    secondsOf(summary.detectSeconds),
    afterTheUndo(summary),
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
        `From the fault to the end, ${drill.repetitions.length} repetitions: shares of all requests of the kind (wrong: of all answers); of times and counts the median, and least to most in brackets. "Not right" is wrong or failed`,
        [
          ...[left('variant'), left('verdict')],
          ...[right('reads failed'), right('writes failed'), right('new logins failed')],
          ...[right('wrongly refused'), right('wrongly accepted'), right('logins lost')],
          ...[right('first not right after'), right('seen by /readyz after')],
          ...[right('last not right after the undo'), right('p99')],
        ],
        rows,
      ),
      ...doorsOf(shown),
      ...refreshTokensOf(shown),
    ],
  };
}

/** Where each instance was asked again and again with the login that was ended. */
function doorsOf(summaries: readonly VariantSummary[]) {
  if (summaries.every(({ doors }) => doors.whereItEnded.openSeconds === null)) return [];
  const inWords = ({ openSeconds, stillOpen }: Doors): string => {
    if (openSeconds === null) return NOT_MEASURED;
    const { median, least, most, count } = openSeconds;
    if (stillOpen === count) return `open to the end (${most.toFixed(1)} s and more)`;
    const range =
      most < 0.01
        ? 'closed at once'
        : `${median.toFixed(2)} s (${least.toFixed(2)} to ${most.toFixed(2)})`;
    return stillOpen > 0 ? `${range}; ${stillOpen} of ${count} open to the end` : range;
  };
  return table(
    'How long an ended login still opened doors: each instance was asked every 10 ms. Median of the repetitions, and least to most in brackets',
    [
      left('variant'),
      right('the instance that was told'),
      right('the other ones'),
      right('doors watched'),
    ],
    summaries.map(({ variant, doors }) => [
      variant,
      inWords(doors.whereItEnded),
      inWords(doors.elsewhere),
      String(
        (doors.whereItEnded.openSeconds?.count ?? 0) + (doors.elsewhere.openSeconds?.count ?? 0),
      ),
    ]),
  );
}

/** Where each refresh token was presented after a failover of the database. */
function refreshTokensOf(summaries: readonly VariantSummary[]) {
  const rows = summaries.flatMap(({ variant, refreshTokens: counts }) =>
    counts === null
      ? []
      : [
          [
            variant,
            countsOf(counts.presented),
            countsOf(counts.lost),
            countsOf(counts.acceptedAgain),
            countsOf(counts.openedAgain),
            countsOf(counts.unanswered),
            countsOf(counts.lostWrites),
          ],
        ],
  );
  return table(
    'What became of refresh tokens: each was presented after the failover until it was answered, the newest of its owner before one that had been ended. Median of the repetitions, and least to most in brackets',
    [
      ...[left('variant'), right('presented'), right('good ones refused')],
      ...[right('ended ones exchanged'), right('and let in with the new access token')],
      ...[right('no answer'), right('acknowledged posts lost')],
    ],
    rows,
  );
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
        `A ledger knows for every answer what would have been right. While a logout is under way, either answer is. In drills that end logins, half of the requests come with an ended login, and access tokens live ${result.tokenLifeSeconds} s instead of minutes, so that their end can be seen: with longer ones the doors stay open as much longer. In drills of clocks they live ${result.configuredLifeSeconds} s, as by default; in all others a day.`,
      ),
      paragraph(
        `${result.machine.cpuModel}, ${result.machine.cores} cores, Node ${result.machine.node}; ${stores.join('; ')}. Again: \`${result.command}\`. Every answer is in the files events-….ndjson.gz.`,
      ),
    ],
  };
}
