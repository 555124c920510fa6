/** What is measured: the service's own strategies and the tutorial forms they are held against. */
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface TestedProgram {
  name: string;
  script: string;
  environment: Record<string, string>;
  /** Processes that start before it, of its own. It is told the address of each as <NAME>_URL. */
  companions: readonly { name: string; script: string }[];
}

/** One line of the table that issue and docs speak of. */
export interface Limit {
  /** Strategy of the service. */
  strategy: string;
  tutorial: string;
  /** Cost above the control, at most so many times the tutorial form's cost above its own control. */
  atMost: number;
}

const OUR_ENTRIES = fileURLToPath(new URL('../../../src/', import.meta.url));

export const OUR_CONTROL = 'none';
export const TUTORIAL_CONTROL = 'tutorial-none';

const LIMITS: readonly Limit[] = [
  { strategy: 'session', tutorial: 'tutorial-session', atMost: 0.65 },
  { strategy: 'jwt', tutorial: 'tutorial-jwt', atMost: 1 },
  { strategy: 'jwt-cached', tutorial: 'tutorial-jwt', atMost: 0.35 },
];

/** The limits of strategies that the service has. */
export function limitsFor(strategies: readonly string[]): Limit[] {
  return LIMITS.filter(({ strategy }) => strategies.includes(strategy));
}

/** Every program that the limits need, each once, controls included. */
export function programsFor(limits: readonly Limit[]): TestedProgram[] {
  const strategies = [OUR_CONTROL, ...new Set(limits.map(({ strategy }) => strategy))];
  const tutorials = [TUTORIAL_CONTROL, ...new Set(limits.map(({ tutorial }) => tutorial))];
  return [
    ...strategies.map((strategy) => serviceProgram(strategy)),
    ...tutorials.map(tutorialProgram),
  ];
}

/** @param companions that the strategy declares; @param folder the entries of a build: this one unless given */
export function serviceProgram(
  strategy: string,
  companions: readonly string[] = [],
  folder = OUR_ENTRIES,
): TestedProgram {
  return {
    name: strategy,
    script: join(folder, 'main.js'),
    environment: { AUTH_STRATEGY: strategy },
    companions: companions.map((name) => ({ name, script: join(folder, `${name}.js`) })),
  };
}

function tutorialProgram(name: string): TestedProgram {
  return {
    name,
    script: fileURLToPath(new URL(`./${name}.js`, import.meta.url)),
    environment: {},
    companions: [],
  };
}
