import type { Variant } from '../../model/variant.js';
import { type Block, left, paragraph, table } from '../../text/blocks.js';
import { code, formatNumber, listOf } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';

const NOT_SAID = 'does not say';

/** What is known of each target, and where from. */
export function whatTargets({ result }: ReportView, _findings: Finding[]): Block[] {
  const { variants } = result.config;
  return [
    paragraph(
      'The lab did not start these deployments. What stands here they said of themselves before the load, and all of it that the lab can know: how many processes, stores and machines are behind an address does not show from outside.',
    ),
    ...table(
      'The targets.',
      [
        left('Target'),
        left('Addresses'),
        left('Strategy it names'),
        left('Credential in'),
        left('Node.js'),
        left('CPU time'),
      ],
      variants.flatMap(({ id, strategy, target }) =>
        target
          ? [
              [
                id,
                target.addresses.map(addressInWords).join(', '),
                strategy === null ? NOT_SAID : code(strategy),
                target.credential,
                target.runtime ?? NOT_SAID,
                cpuInWords(target),
              ],
            ]
          : [],
      ),
    ),
  ];
}

type Target = NonNullable<Variant['target']>;

function addressInWords({ url, origin, ofThisMachine }: Target['addresses'][number]): string {
  const at = url === origin || `${url}:80` === origin ? code(url) : `${code(url)} (${origin})`;
  return ofThisMachine ? `${at}, of this machine` : at;
}

function cpuInWords({ cpuFrom, cpuUnknown = '', readingCpuMs }: Target): string {
  if (cpuFrom === null) return `not known: the lab did not start it. ${code(cpuUnknown)}`;
  const cost =
    readingCpuMs === undefined
      ? ''
      : `; a reading costs it ${formatNumber(readingCpuMs)} ms, which is taken out of each window`;
  return `of the process at each address, from its GET /metrics${cost}`;
}

/** "old (session, as it says, at http://…)" */
export function targetsInWords(variants: readonly Variant[]): string {
  return listOf(
    variants.map(({ id, strategy, target }) => {
      const said =
        strategy === null ? 'which does not say its strategy' : `${strategy}, as it says`;
      const at = (target?.addresses ?? []).map(({ url }) => code(url)).join(', ');
      return `${id} (${said}, at ${at})`;
    }),
  );
}
