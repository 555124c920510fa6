import { compare } from './compare.js';
import { doctor } from './doctor.js';
import { report } from './report.js';
import { serve } from './serve.js';
import { strategies } from './strategies.js';
import { sustain } from './sustain.js';
import type { Verb } from './verb.js';

/** One line a verb. */
export const VERBS: Readonly<Record<string, Verb>> = {
  compare,
  sustain,
  serve,
  report,
  strategies,
  doctor,
};
