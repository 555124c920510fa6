/** What Node gets before the file of each process of the service. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { usageError } from '../../model/errors.js';
import type { OptionKind } from '../parse-options.js';

/**
 * Without these, one process in five costs half as much again as its twins for as long as it lives
 * (docs/process-lottery.md).
 */
const DEFAULT = '--no-allocation-site-pretenuring --max-semi-space-size=64';
const NOTHING = 'none';

const nodeOptions: OptionKind<string> = {
  takes: 'FLAGS',
  allowed: `flags of Node with blanks between, each beginning with --, or ${NOTHING}`,
  help: `flags of Node for every process of the service, or ${NOTHING} (${DEFAULT})`,
  parse: (text) => (text === NOTHING || wordsOf(text).every(isFlag) ? text.trim() : undefined),
};

export const NODE_OPTIONS = { 'node-options': nodeOptions } as const;

/** @param given undefined: what every run has unless told */
export function nodeOptionsFrom(given: string | undefined): string[] {
  return given === NOTHING ? [] : wordsOf(given ?? DEFAULT);
}

/** As it is to be typed. */
export function typedNodeOptions(given: string | undefined): Record<string, string> {
  return given === undefined ? {} : { 'node-options': `"${given}"` };
}

/** @throws LabError OPTION_INVALID, exit code 2, for what this Node does not take */
export async function assertNodeOptions(flags: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(process.execPath, [...flags, '--eval', '0'], { timeout: 10_000 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw usageError(
      'OPTION_INVALID',
      `--node-options "${flags.join(' ')}": this Node (${process.version}) does not start with them. ${stderr.trim().split('\n')[0]}`,
    );
  }
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** A word that is none would be taken for the file to run. */
function isFlag(word: string): boolean {
  return /^--[a-z][\w-]*(=\S+)?$/.test(word);
}
