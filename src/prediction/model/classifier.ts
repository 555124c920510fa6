import { BUCKETS, createFeatureExtractor } from './features.js';
import { problemOfLanguage } from './language.js';
import { mostSuspicious, type Passage } from './passages.js';

export const LABELS = ['ham', 'spam'] as const;
/** `spam`: mass mail that nobody asked for; `ham`: anything else. The terms of the field. */
type Label = (typeof LABELS)[number];

/** A trained model as it is shipped: src/prediction/model/spam-model.ts. */
export interface ModelData {
  readonly name: string;
  readonly bias: number;
  /** What one step of a weight is worth. */
  readonly scale: number;
  /** One signed byte for each bucket, base64. */
  readonly weights: string;
  /** Words that many of the training texts have, with spaces between. */
  readonly vocabulary: string;
  readonly facts: TrainingFacts;
}

/** Where a model comes from, and how good it is on texts that it has not seen. */
interface TrainingFacts {
  readonly corpus: string;
  /** Of all texts that were used, in their order. */
  readonly corpusSha256: string;
  readonly seed: number;
  readonly epochs: number;
  readonly trained: Counts;
  readonly heldOut: Counts & {
    readonly accuracy: number;
    /** Of the spam, the share that was found. */
    readonly recall: number;
    /** Of what was called spam, the share that was. */
    readonly precision: number;
  };
}

export interface Counts {
  readonly ham: number;
  readonly spam: number;
}

/** What a model is asked. */
export interface Question {
  /** At most 65,535 characters. */
  readonly text: string;
  /** How many of its passages to name, those that look most like spam; 0: none. */
  readonly passages: number;
}

export interface Prediction {
  readonly label: Label;
  /** They add up to 1. */
  readonly probabilities: Readonly<Record<Label, number>>;
  /** Name of the model that says so. */
  readonly model: string;
  /** Present where they were asked for. */
  readonly passages?: readonly Passage[];
}

/** Plain data, so that it can come from a thread. */
export type Classification =
  | { readonly prediction: Prediction; readonly unsupported?: undefined }
  | { readonly prediction?: undefined; readonly unsupported: string };

/** Synchronous, and slower the longer the text is; with passages twenty times as slow. */
export type Classifier = (question: Question) => Classification;

export function createClassifier(data: ModelData): Classifier {
  const weights = new Int8Array(Buffer.from(data.weights, 'base64'));
  if (weights.length !== BUCKETS) {
    throw new RangeError(`the model has ${weights.length} weights, and ${BUCKETS} are wanted`);
  }
  const vocabulary = new Set(data.vocabulary.split(' '));
  const extract = createFeatureExtractor();

  const spamIn = (text: string): number => {
    const { indices, values, length } = extract(text);
    let sum = 0;
    for (let at = 0; at < length; at++) {
      sum += (weights[indices[at] as number] as number) * (values[at] as number);
    }
    return 1 / (1 + Math.exp(-(data.bias + sum * data.scale)));
  };

  return ({ text, passages }) => {
    const unsupported = problemOfLanguage(text, (word) => vocabulary.has(word));
    if (unsupported !== undefined) {
      return { unsupported };
    }
    const spam = spamIn(text);
    return {
      prediction: {
        label: spam >= 0.5 ? 'spam' : 'ham',
        probabilities: { ham: 1 - spam, spam },
        model: data.name,
        ...(passages > 0 && { passages: mostSuspicious(text, passages, spamIn) }),
      },
    };
  };
}
