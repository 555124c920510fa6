import { expect } from 'chai';
import { calibrationOf } from '../../../bench/analyse/noise-floor.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { type Model, makeResult } from './fixture.js';

/** session and jwt cost nearly the same, on a noisy machine. */
const CLOSE: Model = {
  ...{
    workloads: ['me'],
    instances: [1],
    strategies: ['session', 'jwt'],
    rounds: 4,
    spread: 0.035,
  },
  applicationMicroseconds: { session: 50, jwt: 53 },
};

function shortOf(model: Model): string {
  return findingsOf(makeResult(model))
    .filter(({ topic }) => topic === 'short')
    .map(({ text }) => text)
    .join('\n');
}

describe('advice on more rounds', () => {
  it('says for each figure how many, how long they take and what to add', () => {
    expect(shortOf(CLOSE)).to.match(
      /To decide what is not decided yet takes about \d+ rounds? \([a-zA-Z ]+\) to \d+ \([a-z0-9 ]+\), if they scatter as these did\. Add --rounds \d+ \(about \d+ minutes?\), or --until-sure, which does not wait for latency\./,
    );
  });

  it('counts the time by the rounds that were run', () => {
    // 4 rounds took 160 s, so a round takes 40 s.
    const found = /--rounds (\d+) \(about (\d+) minutes?\)/.exec(shortOf(CLOSE));
    expect(Number(found?.[2])).to.be.closeTo((Number(found?.[1]) * 40) / 60, 0.5);
  });

  it('is in the sentence of each unsure comparison', () => {
    const sentences = findingsOf(makeResult(CLOSE)).filter(
      ({ topic, verdict }) => topic === 'comparison' && verdict === 'unsure',
    );
    expect(sentences.length).to.be.greaterThan(0);
    for (const { text } of sentences) expect(text).to.match(/About \d+ rounds would tell\./);
  });

  it('is not given where all is known, or one round says nothing of the spread', () => {
    const clear = { ...CLOSE, spread: 0.001, applicationMicroseconds: { session: 50, jwt: 90 } };
    expect(shortOf(clear)).not.to.include('--rounds');
    expect(shortOf({ ...CLOSE, rounds: 1 })).not.to.include('--rounds');
  });

  it('does not promise that rounds help where they do not', () => {
    const hopeless = (model: Model): Model => ({
      ...model,
      result: (result) => ({
        ...result,
        comparisons: result.comparisons.map((comparison) => ({
          ...comparison,
          verdict: 'unsure',
          ratios: [3, 0.33, 3, 0.34].map((ratio, index) => ({ round: index + 1, ratio })),
        })),
      }),
    });
    expect(shortOf(hopeless(CLOSE))).to.include('More than 30 rounds would be needed');
    expect(shortOf(hopeless(CLOSE))).not.to.include('--rounds');
  });

  it('says what so many rounds will not settle', () => {
    const half = shortOf({
      ...CLOSE,
      workloads: ['me', 'crud'],
      result: (result) => ({
        ...result,
        comparisons: result.comparisons.map((comparison) =>
          comparison.metric === 'latency.p99' && comparison.workload === 'crud'
            ? {
                ...comparison,
                verdict: 'unsure' as const,
                ratios: [3, 0.33, 3, 0.34].map((ratio, index) => ({ round: index + 1, ratio })),
              }
            : comparison,
        ),
      }),
    });
    expect(half).to.match(
      /\. (\d+) of these (\d+) comparisons would take more than 30 rounds: too near/,
    );
  });

  it('uses a calibration of the machine where there is one', () => {
    const noisy = makeResult({ ...CLOSE, strategies: ['session', 'session'], spread: 0.2 });
    const calibration = calibrationOf(noisy) ?? undefined;
    const known = { ...CLOSE, result: (result: typeof noisy) => ({ ...result, calibration }) };
    const roundsOf = (model: Model) => Number(/--rounds (\d+)/.exec(shortOf(model))?.[1] ?? 999);
    expect(roundsOf(known)).to.be.greaterThan(roundsOf(CLOSE));
    expect(renderMarkdown(makeResult(known))).to.include(
      'The noise floor of this machine was measured on 2026-03-01',
    );
    expect(renderMarkdown(makeResult(CLOSE))).to.include('npm run lab -- calibrate');
  });

  it('stands on the terminal', () => {
    expect(renderSummary(makeResult(CLOSE)).replaceAll(/\s+/g, ' ')).to.include('or --until-sure');
  });
});
