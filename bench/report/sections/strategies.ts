import { strategiesOf } from '../../model/variant.js';
import { type Block, paragraph } from '../../text/blocks.js';
import type { Finding } from '../findings/finding.js';
import { isDeclared } from '../strategy-properties.js';
import { propertyTable, strategyTable, summaryTable } from '../strategy-table.js';
import type { ReportView } from '../view.js';

/** What the strategies of the run are and can do: speed is half of a choice. */
export function strategies({ result }: ReportView, _findings: Finding[]): Block[] {
  const asked = new Set(strategiesOf(result.config.variants));
  const known = result.strategies.filter(({ name }) => asked.has(name));
  if (known.length === 0) return [paragraph('The result does not describe its strategies.')];
  if (!known.some(isDeclared)) {
    return [
      summaryTable(known),
      paragraph('The result was written before strategies declared their properties.'),
    ];
  }
  return [
    paragraph(
      'The figures of this report say what a strategy costs; this table says what you get. These properties were declared by the service and not measured in this run. Its contract suite checks each of them by doing it.',
    ),
    summaryTable(known),
    strategyTable(known),
    propertyTable(),
  ];
}
