import { type Counts, createClassifier, type ModelData } from '../model/classifier.js';
import { createFeatureExtractor } from '../model/features.js';
import { problemOfLanguage, wordsOf } from '../model/language.js';
import type { Corpus, LabelledText } from './corpus.js';
import { type Example, type LearningOptions, learn, quantise } from './logistic-regression.js';

const NAME = 'spam-1';
/** A word is known when so many of the training texts have it. */
const TEXTS_WITH_WORD_MIN = 12;
/** Of the held-out figures: more digits than the number of texts carries. */
const DIGITS = 1e4;

/** Corpus -> the model to ship, its accuracy on the held-out texts included. Pure and repeatable. */
export function train(corpus: Corpus, options: LearningOptions): ModelData {
  const vocabulary = vocabularyOf(corpus.training);
  const known = new Set(vocabulary);
  const training = corpus.training.filter(({ text }) => isEnglish(text, known));
  const { bias, weights } = learn(training.map(exampleMaker()), options);
  const { scale, bytes } = quantise(weights);
  const model: ModelData = {
    name: NAME,
    bias,
    scale,
    weights: Buffer.from(bytes.buffer).toString('base64'),
    vocabulary: vocabulary.join(' '),
    facts: {
      corpus: corpus.name,
      corpusSha256: corpus.sha256,
      seed: options.seed,
      epochs: options.epochs,
      trained: countsOf(training),
      heldOut: { ham: 0, spam: 0, accuracy: 0, recall: 0, precision: 0 },
    },
  };
  return { ...model, facts: { ...model.facts, heldOut: evaluate(model, corpus.heldOut) } };
}

/** How good a model is on texts that it takes; those of another language it refuses, and they do not count. */
export function evaluate(
  model: ModelData,
  texts: readonly LabelledText[],
): ModelData['facts']['heldOut'] {
  const classify = createClassifier(model);
  const judged = texts.flatMap(({ text, isSpam }) => {
    const { prediction } = classify({ text, passages: 0 });
    return prediction === undefined ? [] : [{ isSpam, saidSpam: prediction.label === 'spam' }];
  });
  const found = judged.filter(({ isSpam, saidSpam }) => isSpam && saidSpam).length;
  const right = judged.filter(({ isSpam, saidSpam }) => isSpam === saidSpam).length;
  const saidSpam = judged.filter((each) => each.saidSpam).length;
  const counts = countsOf(judged);
  return {
    ...counts,
    accuracy: share(right, judged.length),
    recall: share(found, counts.spam),
    precision: share(found, saidSpam),
  };
}

function vocabularyOf(texts: readonly LabelledText[]): string[] {
  const textsWith = new Map<string, number>();
  for (const { text } of texts) {
    for (const word of new Set(wordsOf(text))) {
      textsWith.set(word, (textsWith.get(word) ?? 0) + 1);
    }
  }
  return [...textsWith]
    .filter(([word, count]) => count >= TEXTS_WITH_WORD_MIN && /^[a-z']+$/.test(word))
    .map(([word]) => word)
    .sort();
}

function isEnglish(text: string, known: ReadonlySet<string>): boolean {
  return problemOfLanguage(text, (word) => known.has(word)) === undefined;
}

function exampleMaker(): (text: LabelledText) => Example {
  const extract = createFeatureExtractor();
  return ({ text, isSpam }) => {
    const { indices, values, length } = extract(text);
    return { indices: indices.slice(0, length), values: values.slice(0, length), isSpam };
  };
}

function countsOf(texts: readonly { readonly isSpam: boolean }[]): Counts {
  const spam = texts.filter(({ isSpam }) => isSpam).length;
  return { ham: texts.length - spam, spam };
}

function share(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * DIGITS) / DIGITS;
}

/** What the shipped model is trained with. */
export const LEARNING: LearningOptions = { seed: 1, epochs: 12, rate: 0.1, decay: 1e-6 };
