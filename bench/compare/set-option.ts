/** Environment variables of one side alone: the option, and what is wrong with it. */
import { armNames } from '../analyse/arms.js';
import { variables } from '../options.js';
import { refuse } from './run-options.js';

/** Side -> name of a variable -> its value. */
export type VariablesOfSides = Record<string, Record<string, string>>;

export const setOption = variables(
  'environment variables of one side, for instance session#2.UV_THREADPOOL_SIZE=2 beside --strategies session,session',
);

/** @throws LabError OPTION_INVALID, exit code 2, where it names a side that is not there */
export function assertSides(
  set: VariablesOfSides | undefined,
  strategies: readonly string[],
): void {
  const sides = armNames(strategies);
  const unknown = Object.keys(set ?? {}).find((owner) => !sides.includes(owner));
  refuse(
    unknown !== undefined,
    `--set names "${unknown}", which is no side of this run. Its sides: ${sides.join(', ')}.`,
  );
}

/** As it is to be typed; quoted, since a shell takes # for a comment. */
export function typedSet(set: VariablesOfSides): string {
  const parts = Object.entries(set).flatMap(([owner, values]) =>
    Object.entries(values).map(([name, value]) => `${owner}.${name}=${value}`),
  );
  return `'${parts.join(',')}'`;
}
