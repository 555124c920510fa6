import { expect } from 'chai';
import { type Claim, claimOf, leastCertain } from '../../../bench/analyse/answers/claim.js';
import { trialsBehind } from '../../../bench/analyse/answers/cost-answer.js';
import { answerLogout } from '../../../bench/analyse/answers/logout-answer.js';
import { answerScale, BOTH } from '../../../bench/analyse/answers/scale-answer.js';
import type { Scaling } from '../../../bench/analyse/scaling/analyse-scaling.js';
import type { Logout, VariantDoors } from '../../../bench/model/logout-schema.js';
import type { Comparison } from '../../../bench/model/result-schema.js';
import { makeResult } from '../report/fixture.js';

function comparison(more: Partial<Comparison> = {}): Comparison {
  return {
    ...{ workload: 'me', instances: 1, topology: 'direct', metric: 'cpu.total' },
    ...{ baseline: 'session', candidate: 'jwt', baselineMean: 36, candidateMean: 60 },
    ...{ ratio: 1.65, interval95: [1.59, 1.72], simultaneousInterval: [1.57, 1.74] },
    ...{ rounds: 5, ratios: [], verdict: 'slower', equivalenceMargin: 0.05, chanceAbove: 0.999 },
    family: 'headline',
    ...more,
  };
}

describe('a claim', () => {
  it('is sure where the verdict is one', () => {
    expect(claimOf(comparison())).to.include({ certainty: 'sure', relation: 'more', ratio: 1.65 });
    const less = comparison({ verdict: 'faster', ratio: 0.8, chanceAbove: 0.001 });
    expect(claimOf(less)).to.include({ certainty: 'sure', relation: 'less', chance: 0.999 });
    const same = comparison({ verdict: 'equal', ratio: 1.01, chanceAbove: 0.7 });
    expect(claimOf(same)).to.include({ certainty: 'sure', relation: 'same' });
  });

  it('is likely from odds of nine to one on, and else none', () => {
    const open = (chanceAbove: number | null) =>
      claimOf(comparison({ verdict: 'unsure', chanceAbove }))?.certainty;
    expect(open(0.9)).to.equal('likely');
    expect(open(0.1)).to.equal('likely');
    expect(open(0.89)).to.equal('cannot-tell');
    expect(open(0.11)).to.equal('cannot-tell');
    expect(open(null)).to.equal('cannot-tell');
  });

  it('is not there without a round that has both', () => {
    const missing = { ratio: null, baselineMean: null, candidateMean: null, rounds: 0 };
    expect(claimOf(comparison(missing))).to.equal(null);
  });

  it('makes an answer as sure as the least of what it rests on', () => {
    expect(leastCertain(['sure', 'likely', 'sure'])).to.equal('likely');
    expect(leastCertain(['sure', 'cannot-tell'])).to.equal('cannot-tell');
    expect(leastCertain(['sure'])).to.equal('sure');
    expect(leastCertain([])).to.equal('cannot-tell');
  });
});

describe('the trials behind claims', () => {
  it('are those of the rounds that both variants have, and all of a variant that nothing is claimed of', () => {
    const { trials } = makeResult({
      ...{ workloads: ['me', 'crud'], instances: [1], rounds: 3 },
      trial: (trial) =>
        trial.workload === 'me' && trial.variant === 'jwt' && trial.round === 2
          ? { ...trial, valid: false }
          : trial,
    });
    const claims = [claimOf(comparison()) as Claim];
    const kept = trialsBehind({ trials }, claims);
    const roundsOf = (variant: string, workload: string) =>
      kept
        .filter((trial) => trial.valid && trial.variant === variant && trial.workload === workload)
        .map(({ round }) => round);
    expect(roundsOf('session', 'me')).to.deep.equal([1, 3]);
    expect(roundsOf('jwt', 'me')).to.deep.equal([1, 3]);
    expect(roundsOf('none', 'me')).to.deep.equal([1, 2, 3]);
    expect(roundsOf('session', 'crud')).to.deep.equal([1, 2, 3]);
  });
});

describe('the answer on scaling', () => {
  /** Of jwt against session, at each number of servers: who is ahead, and whether it is known. */
  function stretchesOf(ratios: Record<number, number | null>) {
    const comparisons = Object.entries(ratios).map(([instances, ratio]) =>
      comparison({
        ...{ instances: Number(instances), metric: 'throughput' },
        ...(ratio === null
          ? { ratio: 1.01, verdict: 'unsure', chanceAbove: 0.6 }
          : { ratio, verdict: ratio === 1 ? 'equal' : ratio > 1 ? 'faster' : 'slower' }),
      }),
    );
    const counts = Object.keys(ratios).map(Number);
    const scaling = { variant: 'session', workload: 'me', counts } as unknown as Scaling;
    const config = { workloads: ['me'] } as never;
    const answer = answerScale({ comparisons, config, trials: [] }, [scaling]);
    return answer?.crossings[0]?.stretches.map(({ from, to, ahead }) => [from, to, ahead]);
  }

  it('says who is ahead from where to where', () => {
    expect(stretchesOf({ 1: 0.6, 2: 0.6, 4: 0.7, 8: 1.4 })).to.deep.equal([
      [1, 4, 'session'],
      [8, 8, 'jwt'],
    ]);
  });

  it('says where it cannot tell, and where both are the same, and claims nothing beyond', () => {
    expect(stretchesOf({ 1: 0.6, 2: 0.6, 4: null, 8: null })).to.deep.equal([
      [1, 2, 'session'],
      [4, 8, null],
    ]);
    expect(stretchesOf({ 1: 0.6, 2: 1, 4: 1.2 })).to.deep.equal([
      [1, 1, 'session'],
      [2, 2, BOTH],
      [4, 4, 'jwt'],
    ]);
  });
});

describe('the answer on logging out', () => {
  const LIFE = 3;

  /** Each login: its age, and for how long each server took it. */
  function patternOf(
    logins: readonly { age: number; seconds: readonly number[]; refused?: boolean }[],
    knew = true,
  ) {
    const doors: VariantDoors = {
      variant: 'jwt',
      logins: logins.map(({ age, seconds, refused = true }) => ({
        ageSeconds: age,
        instances: seconds.map((each, index) => ({
          ...{ instance: index + 1, acceptedBefore: knew || index === 0, asked: 100 },
          ...{ accepted: each * 50, acceptedForMs: each * 1000, refusedAtLast: refused },
        })),
      })),
    };
    const logout: Logout = {
      ...{ instances: 2, tokenLifeSeconds: LIFE, configuredLifeSeconds: 300, everyMs: 20 },
      ...{ askedForSeconds: 4, variants: [doors] },
    };
    return answerLogout(logout)[0];
  }

  it('is at once where every server refuses at once', () => {
    const at = patternOf([
      { age: 0.2, seconds: [0, 0.02] },
      { age: 1.2, seconds: [0, 0] },
    ]);
    expect(at).to.include({ pattern: 'at-once', longestMs: 20, asConfiguredSeconds: null });
  });

  it('is until the end of the token where each login lasts for what was left of it', () => {
    const until = patternOf([
      { age: 0.2, seconds: [2.7, 2.7] },
      { age: 1.2, seconds: [1.8, 1.7] },
      { age: 2.2, seconds: [0.8, 0.7] },
    ]);
    expect(until).to.include({ pattern: 'until-its-end', asConfiguredSeconds: 300 });
  });

  it('tells servers apart that heard of it and that did not', () => {
    expect(patternOf([{ age: 0.2, seconds: [0, 1.2] }])?.pattern).to.equal('on-some');
  });

  it('does not call it an end where a token lasts as long whatever its age', () => {
    const later = patternOf([
      { age: 0.2, seconds: [2.7, 2.7] },
      { age: 2.2, seconds: [2.7, 2.7] },
    ]);
    expect(later).to.include({ pattern: 'later', asConfiguredSeconds: null });
  });

  it('is never where it was still taken when the asking ended', () => {
    expect(patternOf([{ age: 0.2, seconds: [4, 4], refused: false }])?.pattern).to.equal('never');
  });

  it('leaves out a server that never knew the login', () => {
    expect(patternOf([{ age: 0.2, seconds: [0, 0] }], false)).to.deep.include({
      pattern: 'at-once',
      perInstance: [
        { instance: 1, acceptedForMs: 0, knew: true },
        { instance: 2, acceptedForMs: 0, knew: false },
      ],
    });
  });

  it('is unknown where nothing was measured', () => {
    expect(patternOf([])?.pattern).to.equal('unknown');
  });
});
