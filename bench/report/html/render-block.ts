/**
 * Blocks -> HTML. Every text passes inline(), the one place that turns text into markup.
 */
import type { Verdict } from '../../model/result-schema.js';
import { type Block, type Cell, type Chart, type Table, textOfCell } from '../../text/blocks.js';
import { escapeHtml } from './escape.js';

type Renderers = { [Kind in Block['kind']]: (block: Extract<Block, { kind: Kind }>) => string };

const RENDERERS: Renderers = {
  paragraph: ({ text }) => `<p>${inline(text)}</p>`,
  heading: ({ text }) => `<h3>${inline(text)}</h3>`,
  notice: ({ text }) => `<p class="notice"><strong>Note:</strong> ${inline(text)}</p>`,
  list: ({ items, emphasis }) =>
    `<ul${emphasis ? ' class="answer"' : ''}>${items.map((item) => `<li>${inline(item)}</li>`).join('')}</ul>`,
  code: ({ text }) => `<pre><code>${escapeHtml(text)}</code></pre>`,
  figures: ({ charts, caption }) =>
    `<div class="figures">${charts.map(renderFigure).join('')}</div>\n<p class="legend">${inline(caption)}</p>`,
  table: renderTable,
};

export function renderBlock(block: Block): string {
  const render = RENDERERS[block.kind] as (block: Block) => string;
  return render(block);
}

/** Escaped text, with `backticks` as code; a number keeps its unit on the same line. */
export function inline(text: string): string {
  return escapeHtml(text)
    .replace(/`([^`]*)`/g, '<code>$1</code>')
    .replace(/(\d) (?=%|µs|ms|MB|GB|instance|round)/g, '$1\u00a0');
}

function renderFigure({ title, svg }: Chart): string {
  return `<figure><figcaption class="title">${inline(title)}</figcaption>${svg}</figure>`;
}

/** More of them would leave a window of 1000 pixels. */
const MOST_COLUMNS_AT_FULL_SIZE = 6;

function renderTable({ caption, columns, rows, rowHeaders }: Table): string {
  const alignment = (index: number) => (columns[index]?.align === 'right' ? ' class="number"' : '');
  const head = columns
    .map(({ label }, index) => `<th scope="col"${alignment(index)}>${inline(label)}</th>`)
    .join('');
  const body = rows
    .map((row, at) => {
      const cells = row.map((cell, index) =>
        index < rowHeaders
          ? `<th scope="row"${alignment(index)}>${renderCell(cell)}</th>`
          : `<td${alignment(index)}>${renderCell(cell)}</td>`,
      );
      const starts = at > 0 && textOfCell(row[0] ?? '') !== textOfCell(rows[at - 1]?.[0] ?? '');
      return `<tr${starts && rowHeaders > 1 ? ' class="group"' : ''}>${cells.join('')}</tr>`;
    })
    .join('\n');
  // Wide tables scroll inside their own box; a keyboard must be able to reach it. It is a group and no
  // region: a page has dozens of them, and a list of landmarks is for finding the way.
  const size = columns.length > MOST_COLUMNS_AT_FULL_SIZE ? 'table wide' : 'table';
  return `<div class="${size}" role="group" aria-label="${escapeHtml(caption.replaceAll('`', ''))}" tabindex="0"><table>
<caption><span>${inline(caption)}</span></caption>
<thead><tr>${head}</tr></thead>
<tbody>
${body}
</tbody>
</table></div>`;
}

const SIGNS: Record<Verdict, string> = { faster: '▲', slower: '▼', equal: '=', unsure: '?' };

function renderCell(cell: Cell): string {
  if (typeof cell === 'string') return inline(cell);
  return `<span class="verdict ${cell.verdict}"><span aria-hidden="true">${SIGNS[cell.verdict]}</span> ${inline(cell.word)}</span>${cell.detail === '' ? '' : ` <span class="detail">${inline(cell.detail)}</span>`}`;
}
