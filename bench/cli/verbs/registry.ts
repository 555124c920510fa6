import type { Verb } from './verb.js';

/**
 * Name to module, one line a verb. Modules are imported when asked for: what a verb needs, and not what
 * all of them need, is read before the first word is answered.
 */
export const VERBS: Readonly<Record<string, () => Promise<Verb>>> = {
  compare: async () => (await import('./compare.js')).compare,
  sustain: async () => (await import('./sustain.js')).sustain,
  diff: async () => (await import('./diff.js')).diff,
  calibrate: async () => (await import('./calibrate.js')).calibrate,
  drill: async () => (await import('./drill.js')).drill,
  crowd: async () => (await import('./crowd.js')).crowd,
  live: async () => (await import('./live.js')).live,
  serve: async () => (await import('./serve.js')).serve,
  stores: async () => (await import('./stores.js')).stores,
  load: async () => (await import('./load.js')).load,
  agent: async () => (await import('./agent.js')).agent,
  report: async () => (await import('./report.js')).report,
  plan: async () => (await import('./plan.js')).plan,
  strategies: async () => (await import('./strategies.js')).strategies,
  doctor: async () => (await import('./doctor.js')).doctor,
};
