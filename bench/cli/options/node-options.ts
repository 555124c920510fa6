/** What Node gets before the file of each process of the service. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { usageError } from '../../model/errors.js';
import type { RunConfig } from '../../model/result-schema.js';
import { flagsIn, NO_FLAGS, NODE_FLAGS } from '../../model/variant.js';
import type { OptionKind } from '../parse-options.js';
import { refuse } from './run-options.js';

/**
 * Without these, one process in five costs half as much again as its twins for as long as it lives
 * (docs/process-lottery.md).
 */
const DEFAULT = '--no-allocation-site-pretenuring --max-semi-space-size=64';
const nodeOptions: OptionKind<string> = {
  takes: 'FLAGS',
  allowed: `flags of Node with blanks between, each beginning with --, or ${NO_FLAGS}`,
  help: `flags of Node for every process of the service, or ${NO_FLAGS} (${DEFAULT})`,
  parse: (text) => (text === NO_FLAGS || flagsIn(text).every(isFlag) ? text.trim() : undefined),
};

export const NODE_OPTIONS = { 'node-options': nodeOptions } as const;

/** @param given undefined: what every run has unless told */
export function nodeOptionsFrom(given: string | undefined): string[] {
  return flagsIn(given ?? DEFAULT);
}

/** As it is to be typed. */
export function typedNodeOptions(given: string | undefined): Record<string, string> {
  return given === undefined ? {} : { 'node-options': `"${given}"` };
}

/** @throws LabError OPTION_INVALID, exit code 2, for what this Node does not take */
export async function assertNodeOptions({
  nodeOptions = [],
  variants,
}: Pick<RunConfig, 'nodeOptions' | 'variants'>): Promise<void> {
  const ofVariants = variants.flatMap(({ environment: { [NODE_FLAGS]: flags } }) =>
    flags === undefined ? [] : [flagsIn(flags)],
  );
  for (const flags of [nodeOptions, ...ofVariants]) await assertFlags(flags);
}

async function assertFlags(flags: readonly string[]): Promise<void> {
  refuse(
    !flags.every(isFlag),
    `"${flags.join(' ')}" are no flags of Node: each begins with --, with blanks between.`,
  );
  try {
    await promisify(execFile)(process.execPath, [...flags, '--eval', '0'], { timeout: 10_000 });
  } catch (error) {
    const { stderr = '' } = error as { stderr?: string };
    throw usageError(
      'OPTION_INVALID',
      `Flags "${flags.join(' ')}": this Node (${process.version}) does not start with them. ${stderr.trim().split('\n')[0]}`,
    );
  }
}

/** A word that is none would be taken for the file to run. */
function isFlag(word: string): boolean {
  return /^--[a-z][\w-]*(=\S+)?$/.test(word);
}
