import { BUCKETS } from '../model/features.js';

/** One text as the learner sees it. */
export interface Example {
  readonly indices: Uint16Array;
  readonly values: Float64Array;
  readonly isSpam: boolean;
}

export interface LearnedWeights {
  readonly bias: number;
  readonly weights: Float64Array;
}

export interface LearningOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly rate: number;
  /** L2: pulls weights of rare features towards nothing. */
  readonly decay: number;
}

/**
 * Logistic regression by stochastic gradient descent with a step of its own for each weight (AdaGrad:
 * Duchi, Hazan and Singer, 2011). Both classes weigh the same, however many examples each has.
 * The same examples and options give the same weights, bit for bit.
 */
export function learn(examples: readonly Example[], options: LearningOptions): LearnedWeights {
  const { seed, epochs, rate, decay } = options;
  const weights = new Float64Array(BUCKETS);
  const squares = new Float64Array(BUCKETS).fill(1e-8);
  const spam = examples.filter(({ isSpam }) => isSpam).length;
  const importance = {
    spam: examples.length / (2 * Math.max(1, spam)),
    ham: examples.length / (2 * Math.max(1, examples.length - spam)),
  };
  const random = mulberry32(seed);
  const order = examples.map((_, index) => index);
  let bias = 0;
  let biasSquares = 1e-8;

  for (let epoch = 0; epoch < epochs; epoch++) {
    shuffle(order, random);
    for (const index of order) {
      const { indices, values, isSpam } = examples[index] as Example;
      let score = bias;
      for (let at = 0; at < indices.length; at++) {
        score += (weights[indices[at] as number] as number) * (values[at] as number);
      }
      const error = 1 / (1 + Math.exp(-score)) - (isSpam ? 1 : 0);
      const slope = error * (isSpam ? importance.spam : importance.ham);
      for (let at = 0; at < indices.length; at++) {
        const bucket = indices[at] as number;
        const weight = weights[bucket] as number;
        const gradient = slope * (values[at] as number) + decay * weight;
        const sum = (squares[bucket] as number) + gradient * gradient;
        squares[bucket] = sum;
        weights[bucket] = weight - (rate * gradient) / Math.sqrt(sum);
      }
      biasSquares += slope * slope;
      bias -= (rate * slope) / Math.sqrt(biasSquares);
    }
  }
  return { bias, weights };
}

/** Signed bytes: a 256th of the largest weight is finer than the data tells them apart. */
export function quantise(weights: Float64Array): { scale: number; bytes: Int8Array } {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0);
  const scale = largest / 127 || 1;
  return { scale, bytes: Int8Array.from(weights, (weight) => Math.round(weight / scale)) };
}

/** Fisher and Yates. */
function shuffle(order: number[], random: () => number): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [order[last], order[other]] = [order[other] as number, order[last] as number];
  }
}

/** Tommy Ettinger's generator: small, and the same on every machine. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
