import type { LearningOptions } from './logistic-regression.js';

/** What the shipped model is trained with. */
export const LEARNING: LearningOptions = { seed: 1, epochs: 12, rate: 0.1, decay: 1e-6 };
