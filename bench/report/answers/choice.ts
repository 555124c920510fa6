/** What to choose by: what each strategy can do, and what it was seen to cost. No winner is named. */
import { planFor } from '../../model/parts.js';
import type { Result, StrategyInfo } from '../../model/result-schema.js';
import { type Block, left, list, paragraph, right, table } from '../../text/blocks.js';
import { code, formatMegabytes, NOT_MEASURED } from '../../text/format.js';
import { costInWords } from '../cost-in-words.js';
import { propertyInWords } from '../strategy-properties.js';
import { measuredSummaries, type ReportedVariant, viewOf } from '../view.js';

const ADVICE: readonly string[] = [
  'Must access end at once when somebody logs out, is disabled, or loses a device? Take one that says “at once”.',
  'Must another service check the login without asking yours? Take one with public keys.',
  'Would an empty Redis that logs everybody out be a disaster? Take one that survives it.',
  'If none of these matters, take the one that you understand best.',
];

export function choiceBlocks(result: Result): Block[] {
  const { variants } = viewOf(result);
  const compared = variants.filter(({ control }) => !control);
  const info = ({ strategy }: ReportedVariant) =>
    result.strategies.find(({ name }) => name === strategy) as StrategyInfo;
  const known = compared.filter((variant) => info(variant) !== undefined);
  if (known.length === 0) return [paragraph('The result does not describe its strategies.')];
  const workload = planFor('cost', result)?.config.workloads[0];
  return [
    paragraph(
      'It depends on what you need, so nobody wins for everybody. The left columns say what a strategy can do, as the service declares and its tests check; the right ones were measured here.',
    ),
    ...table(
      'What you get, and what it costs. ±: half of the 95 % interval of one figure over the rounds. Those of two may overlap where the answer is sure: a slow moment of the machine slows both, and what is compared is their ratio within each round.',
      [
        left('Strategy'),
        left('Ends when logged out'),
        left('Survives an empty Redis'),
        left('Others can check it'),
        left('Good at all servers'),
        right('Bytes sent with each request'),
        ...(workload === undefined
          ? []
          : [right(`CPU time of ${code(workload)} (µs)`), right('Memory of a server (MB)')]),
      ],
      known.map((variant) => [
        variant.id,
        propertyInWords('Ends when revoked', info(variant)),
        propertyInWords('Survives loss of Redis', info(variant)),
        propertyInWords('Others can verify', info(variant)),
        propertyInWords('Good at all instances', info(variant)),
        propertyInWords('Bytes', info(variant)),
        ...(workload === undefined ? [] : pricesOf(variant, workload, result)),
      ]),
    ),
    ...list([...ADVICE]),
  ];
}

function pricesOf({ id }: ReportedVariant, workload: string, result: Result): string[] {
  const plan = planFor('cost', result);
  const row = plan
    ? measuredSummaries(viewOf(plan)).find(
        (each) => each.variant === id && each.workload === workload,
      )
    : undefined;
  return [
    row ? costInWords(row.serverCpuMicrosecondsPerRequest) : NOT_MEASURED,
    row ? formatMegabytes(row.rssBytes.application?.mean) : NOT_MEASURED,
  ];
}
