/** What is measured: the service's own strategies and the tutorial forms they are held against. */
import { fileURLToPath } from 'node:url';

export interface TestedProgram {
  name: string;
  script: string;
  environment: Record<string, string>;
}

/** One line of the table that issue and docs speak of. */
export interface Limit {
  /** Strategy of the service. */
  strategy: string;
  tutorial: string;
  /** Cost above the control, at most so many times the tutorial form's cost above its own control. */
  atMost: number;
}

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
  return [...strategies.map(serviceProgram), ...tutorials.map(tutorialProgram)];
}

export function serviceProgram(strategy: string): TestedProgram {
  return {
    name: strategy,
    script: fileURLToPath(new URL('../../../src/main.js', import.meta.url)),
    environment: { AUTH_STRATEGY: strategy, HOST: '127.0.0.1', PORT: '0' },
  };
}

function tutorialProgram(name: string): TestedProgram {
  return {
    name,
    script: fileURLToPath(new URL(`./${name}.js`, import.meta.url)),
    environment: {},
  };
}
