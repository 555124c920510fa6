import { type Block, paragraph } from '../../text/blocks.js';
import { code } from '../../text/format.js';
import type { Finding } from '../findings/finding.js';
import type { ReportView } from '../view.js';

export function repeat({ result }: ReportView, _findings: Finding[]): Block[] {
  const { commit, dirty } = result.environment;
  const at = commit ? ` at commit ${code(commit.slice(0, 12))}` : '';
  const changed = dirty ? ' Files differed from that commit, so a clean copy may differ.' : '';
  return [
    paragraph(
      `In the folder of the project${at}, the same plan in the same order.${changed} The figures will differ a little: that is what the intervals are for.`,
    ),
    { kind: 'code', text: result.config.command },
  ];
}
