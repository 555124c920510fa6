import { agent } from './agent.js';
import { calibrate } from './calibrate.js';
import { compare } from './compare.js';
import { crowd } from './crowd.js';
import { diff } from './diff.js';
import { doctor } from './doctor.js';
import { drill } from './drill.js';
import { live } from './live.js';
import { load } from './load.js';
import { plan } from './plan.js';
import { report } from './report.js';
import { serve } from './serve.js';
import { stores } from './stores.js';
import { strategies } from './strategies.js';
import { sustain } from './sustain.js';
import type { Verb } from './verb.js';

/** One line a verb. */
export const VERBS: Readonly<Record<string, Verb>> = {
  compare,
  sustain,
  diff,
  calibrate,
  drill,
  crowd,
  live,
  serve,
  stores,
  load,
  agent,
  report,
  plan,
  strategies,
  doctor,
};
