/** Goes through the terminal blocks of a page, as a reader would. */
import { expect } from 'chai';
import { eventually } from '../eventually.js';
import { masked } from './masked.js';
import { type Block, type Exchange, exchangesOf, renderExchanges } from './page.js';
import type { Terminal } from './terminal.js';

export interface Player {
  /** Whether a command is typed at all; the output of others is taken as the page has it. */
  types(command: string): boolean;
  /** Told what came back. */
  onOutput?(exchange: Exchange, output: string): void;
}

export function loads(command: string): boolean {
  return command.startsWith('npm run lab -- load');
}

/** @returns the text that the block would have by what came back, or undefined for other blocks */
export async function playBlock(
  block: Block,
  terminal: Terminal,
  player: Player,
): Promise<string | undefined> {
  if (block.language === 'text' && block.words.includes('log')) {
    return awaitLog(block, terminal);
  }
  if (block.language !== 'console') return undefined;
  const exchanges: Exchange[] = [];
  for (const exchange of exchangesOf(block)) {
    const { command } = exchange;
    if (!player.types(command)) {
      exchanges.push(exchange);
      continue;
    }
    const output = await terminal.type(command);
    player.onOutput?.(exchange, output);
    const same = masked(output) === masked(exchange.output);
    exchanges.push({ command, output: same ? exchange.output : endLine(output) });
  }
  return renderExchanges(exchanges);
}

async function awaitLog(block: Block, terminal: Terminal): Promise<string> {
  const lines = masked(block.text);
  await eventually(
    async () => masked(terminal.serverLog()).includes(lines),
    `the log has ${lines}`,
  ).catch(() => expect(masked(terminal.serverLog())).to.include(lines));
  const log = terminal.serverLog().trimEnd().split('\n');
  return endLine(log.slice(-lines.split('\n').length).join('\n'));
}

function endLine(text: string): string {
  return text === '' ? '' : `${text.trimEnd()}\n`;
}
