/** What limited a trial, or will limit more instances, in the words of reports. */
import type { Limit } from '../analyse/limits.js';
import { inSentence, tierOf } from '../model/tiers.js';

interface LimitWords {
  /** In a table. */
  word: string;
  /** In a sentence: "because … is busy". */
  inSentence: string;
  /** What follows for throughput. */
  reading: string;
}

/** Limits that are no tier. */
const OTHERS: Readonly<Record<string, LimitWords>> = {
  machine: {
    word: 'shared cores',
    inSentence: 'this machine itself (all processes share its cores)',
    reading:
      'Instances, stores and load generator took CPU time from each other, so throughput there, and its growth with instances, measures this machine as much as the strategy. CPU time per request is the steadier figure.',
  },
  nearlyMachine: {
    word: 'shared cores, probably',
    inSentence: 'probably this machine itself (all processes share its cores)',
    reading:
      'Throughput there measures this machine as much as the strategy. CPU time per request is the steadier figure.',
  },
  loadMachine: {
    word: 'cores that sent the load',
    inSentence: 'the machine that sent the load',
    reading:
      'So throughput there may be what this machine can ask for, and not what the targets can answer.',
  },
  unknown: {
    word: 'not known',
    inSentence: 'something that is not known',
    reading:
      'It may be a processor, a store, a pool or the network of the deployment. Its own monitoring tells.',
  },
  none: {
    word: 'waiting',
    inSentence: 'waiting for something else',
    reading:
      'Throughput there depends on waiting times (network, locks, pools, the number of connections) more than on CPU time.',
  },
};

/** @param code of a limit: the id of a tier, or of one of the others */
export function limitWords(code: Limit['code']): LimitWords {
  const other = OTHERS[code];
  if (other) return other;
  const tier = tierOf(code);
  return { word: tier.word, inSentence: inSentence(tier), reading: tier.whenBusy };
}
