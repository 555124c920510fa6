/** What more servers would bring, on machines that cannot hold a process to a share of a core. */
import { join } from 'node:path';
import { expect } from 'chai';
import {
  calculateCurves,
  crossingsOf,
  type Sizes,
} from '../../../bench/analyse/answers/calculated-curve.js';
import { BOTH } from '../../../bench/analyse/answers/scale-answer.js';
import { reanalyse } from '../../../bench/analyse/reanalyse.js';
import { readResult } from '../../../bench/model/read-result.js';
import type { Result, Trial } from '../../../bench/model/result-schema.js';
import { answersOf } from '../../../bench/report/answers/answers.js';
import { renderHtml } from '../../../bench/report/html.js';
import { LANGUAGES } from '../../../bench/report/language/languages.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';

const COUNTS = [1, 2, 4, 8];
const WHOLE_CORES: Sizes = { instanceCores: 1, redisCores: 1 };

/** Microseconds of CPU time that a request asks of each; null: of none. */
interface Demands {
  application: number | null;
  redis: number | null;
}

function trialOf(variant: string, demands: Demands, more: Partial<Trial> = {}): Trial {
  return {
    ...{ variant, workload: 'me', instances: 1, topology: 'direct', valid: true },
    cpuMicrosecondsPerRequest: demands,
    ...more,
  } as Trial;
}

function curvesOf(trials: Trial[], sizes = WHOLE_CORES, variants = ['session', 'jwt']) {
  const config = { workloads: ['me', 'crud'] } as Result['config'];
  return calculateCurves({ config, trials }, variants, COUNTS, sizes);
}

const curveOf = (demands: Demands, sizes?: Sizes) => curvesOf([trialOf('jwt', demands)], sizes)[0];
const rates = (demands: Demands, sizes?: Sizes) =>
  curveOf(demands, sizes)?.points.map(({ rps }) => rps);

describe('a curve that is calculated', () => {
  it('is what the servers answer, up to what Redis answers', () => {
    expect(rates({ application: 100, redis: 25 })).to.deep.equal([10_000, 20_000, 40_000, 40_000]);
    expect(rates({ application: 100, redis: 50 })).to.deep.equal([10_000, 20_000, 20_000, 20_000]);
    expect(rates({ application: 100, redis: null })).to.deep.equal([
      10_000, 20_000, 40_000, 80_000,
    ]);
  });

  it('is in proportion to the cores of each', () => {
    const small = { instanceCores: 0.5, redisCores: 0.125 };
    expect(rates({ application: 100, redis: 10 }, small)).to.deep.equal([
      5000, 10_000, 12_500, 12_500,
    ]);
  });

  it('bends where Redis is full', () => {
    expect(curveOf({ application: 100, redis: 40 })?.growth).to.deep.equal({
      ...{ variant: 'jwt', most: 8, times: 2.5, knee: 2.5, full: 'redis', seen: false },
    });
  });

  it('bends below one server where Redis is full before it, and grows by nothing', () => {
    expect(curveOf({ application: 100, redis: 200 })?.growth).to.include({ knee: 0.5, times: 1 });
  });

  it('has no bend where Redis is not asked, or is full at the last number of servers alone', () => {
    for (const redis of [null, 0, 12.5, 1]) {
      expect(curveOf({ application: 100, redis })?.growth, String(redis)).to.deep.equal({
        ...{ variant: 'jwt', most: 8, times: 8, knee: null, full: null, seen: false },
      });
    }
  });

  it('comes from the mean of the valid trials of the first workload, on one server', () => {
    const trials = [
      trialOf('jwt', { application: 90, redis: 20 }),
      trialOf('jwt', { application: 110, redis: 30 }),
      trialOf('jwt', { application: 1, redis: 1 }, { valid: false }),
      trialOf('jwt', { application: 1, redis: 1 }, { workload: 'crud' }),
      trialOf('jwt', { application: 1, redis: 1 }, { instances: 2 }),
      trialOf('session', { application: 1, redis: 1 }),
    ];
    const [curve] = curvesOf(trials, WHOLE_CORES, ['jwt']);
    expect(curve?.points[0]?.rps).to.equal(10_000);
    expect(curve?.growth.knee).to.equal(4);
  });

  it('is not there for a variant that was not measured', () => {
    const trials = [
      trialOf('jwt', { application: 100, redis: null }),
      trialOf('session', { application: null, redis: null }),
    ];
    expect(curvesOf(trials).map(({ variant }) => variant)).to.deep.equal(['jwt']);
    expect(curvesOf([])).to.deep.equal([]);
  });
});

describe('curves that cross', () => {
  const crossing = (session: Demands, jwt: Demands) =>
    crossingsOf(curvesOf([trialOf('session', session), trialOf('jwt', jwt)]), 0.05).map(
      ({ baseline, candidate, stretches }) => [
        baseline,
        candidate,
        ...stretches.map(({ from, to, ahead }) => `${from} to ${to}: ${ahead}`),
      ],
    );

  it('have the one ahead that answers more, from where to where', () => {
    const session = { application: 100, redis: 50 };
    expect(crossing(session, { application: 200, redis: null })).to.deep.equal([
      ['session', 'jwt', '1 to 2: session', `4 to 4: ${BOTH}`, '8 to 8: jwt'],
    ]);
    expect(crossing(session, { application: 160, redis: null })).to.deep.equal([
      ['session', 'jwt', '1 to 2: session', '4 to 8: jwt'],
    ]);
  });

  it('have none ahead within the margin', () => {
    const session = { application: 100, redis: null };
    expect(crossing(session, { application: 104, redis: null })).to.deep.equal([
      ['session', 'jwt', `1 to 8: ${BOTH}`],
    ]);
    expect(crossing(session, { application: 96, redis: null })).to.deep.equal([
      ['session', 'jwt', `1 to 8: ${BOTH}`],
    ]);
    expect(crossing(session, { application: 106, redis: null })).to.deep.equal([
      ['session', 'jwt', '1 to 8: session'],
    ]);
  });

  it('are pairs of the first with each other, and none where there is one', () => {
    expect(crossingsOf(curvesOf([trialOf('jwt', { application: 1, redis: 1 })]), 0.05)).to.be.empty;
    expect(crossingsOf([], 0.05)).to.be.empty;
  });
});

describe('the report of a run on a machine without limits of CPU time', () => {
  /** As such a machine says it (bench/processes/cpu-limits/cpu-control.ts). */
  const WHY = 'limits of CPU time are control groups, which only Linux has. Take a Linux.';
  let result: Result;

  /** A real run, as it is where the plan of the scaling cannot be had (question-options.ts). */
  before(async () => {
    const { further: _scale, ...run } = await readResult(
      join('test', 'fixtures', 'results', 'questions'),
    );
    const { cpuLimiter: _held, ...environment } = run.environment;
    result = reanalyse({ ...run, environment: { ...environment, cpuLimiterMissing: WHY } });
  });

  const plain = (text: string) =>
    text
      .replace(/<(style)[\s\S]*?<\/\1>/g, ' ')
      .replace(/<[^>]+>/g, ' ')
      .replace(/[`\\]/g, '')
      .replace(/[\s\u00a0]+/g, ' ');
  /** In each form: from the question to the next one. */
  const forms = () =>
    Object.entries({
      page: /<section[^>]* id="scale"[\s\S]*?<\/section>/.exec(renderHtml(result))?.[0] ?? '',
      terminal:
        /What happens when servers[\s\S]*?(?=\nWhat)/.exec(renderSummary(result))?.[0] ?? '',
      Markdown:
        /## What happens when servers[\s\S]*?(?=\n## )/.exec(renderMarkdown(result))?.[0] ?? '',
    }).map(([form, text]) => [form, plain(text)] as const);

  it('says in every form that the answer is calculated', () => {
    for (const [form, text] of forms()) {
      expect(text, form).to.match(/\[Calculated\]| Calculated\b|\*\*Calculated\.\*\*/);
      expect(text, form).to.include(
        'This is calculated from what a request costs, and not measured.',
      );
      expect(text, form).to.match(
        /session would stop growing at (?:about \d|\d to \d) servers: Redis would be/,
      );
      expect(text, form).to.include('jwt would keep growing up to 8 servers.');
    }
  });

  it('says in no form that the curve was measured or seen', () => {
    for (const [form, text] of forms()) {
      const others = text.replace(/This is calculated [^.]* and not measured\./, '');
      expect(others, form).not.to.match(/measured|rounds|kept growing|stops growing|Sure|Likely/);
    }
    const [, scale] = answersOf(result, LANGUAGES.en);
    expect(scale?.certainty).to.equal('calculated');
    expect(scale?.picture?.title).to.match(/\(calculated\)$/);
  });

  it('draws hollow marks', () => {
    const [, scale] = answersOf(result, LANGUAGES.en);
    const marks = scale?.picture?.svg.match(/<path[^>]*matrix\(5,0,0,5,[^>]*>/g) ?? [];
    expect(marks).to.have.length(8);
    for (const mark of marks) expect(mark).to.include('fill="#fff"');
  });

  it('says why, and does not speak of limits that somebody asked for', () => {
    const { basis } = answersOf(result, LANGUAGES.en)[1] ?? {};
    expect(basis?.join(' ')).to.include(`cannot be held to a share of a core here: ${WHY}`);
    for (const text of [renderHtml(result), renderMarkdown(result)]) {
      expect(plain(text)).not.to.match(/asked for, so it says nothing|allow-unlimited/);
    }
  });

  it('says it in Korean', () => {
    const [, scale] = answersOf(result, LANGUAGES.ko);
    expect(scale?.sentences[0]).to.include('측정하지 않고');
    expect(scale?.sentences.filter((text) => text.includes('계산으로는'))).to.have.length(2);
    expect(renderHtml(result, LANGUAGES.ko)).to.include('>계산값</abbr>');
  });

  it('has the figures of the trials', () => {
    const curve = answersOf(result, LANGUAGES.en)[1]?.picture?.description ?? '';
    const demands = result.trials
      .filter(({ variant, workload, valid }) => valid && variant === 'jwt' && workload === 'me')
      .map(({ cpuMicrosecondsPerRequest }) => cpuMicrosecondsPerRequest.application as number);
    const mean = demands.reduce((sum, demand) => sum + demand, 0) / demands.length;
    const rate = Math.round(100_000 / mean).toLocaleString('en');
    expect(curve).to.include(`jwt: 1: ${rate}; `);
  });
});
