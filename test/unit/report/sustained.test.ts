import { expect } from 'chai';
import { parseObjective } from '../../../bench/analyse/objective.js';
import { summariseRounds } from '../../../bench/analyse/sustained.js';
import { type Result, resultSchema, type Sustained } from '../../../bench/model/result-schema.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from './fixture.js';

const NOTHING = { application: 31.5, redis: null, postgres: 0, loadGenerator: 50 };

function attempt(offeredRps: number, round: number, outcome: 'met' | 'missed' = 'met') {
  return {
    phase: round === 0 ? ('search' as const) : ('confirm' as const),
    round,
    startedAt: '2026-01-01T00:00:00.000Z',
    seconds: 5,
    offeredRps,
    answeredRps: offeredRps,
    latencyMs: { mean: 2, p50: 1.5, p90: 5, p95: 6, p99: 12.3, p999: 30, max: 40 },
    errors: 0,
    lateShare: 0.001,
    inFlightAtEnd: 0,
    cpuMicrosecondsPerRequest: NOTHING,
    outcome,
    reasons: outcome === 'met' ? [] : ['p99 was 80 ms, over 50 ms'],
    valid: true,
  };
}

function sustained(rates: (number | null)[], changes: Partial<Sustained> = {}): Sustained {
  const rounds = rates.map((rateRps, index) => ({ round: index + 1, rateRps, atLeast: false }));
  return {
    variant: 'session',
    workload: 'me',
    instances: 1,
    topology: 'direct',
    objective: parseObjective('p99=50ms,errors=0'),
    searchedRps: 1000,
    rounds,
    ...summariseRounds(rounds),
    attempts: [
      attempt(2000, 0, 'missed'),
      ...rates.flatMap((rate, index) => (rate === null ? [] : [attempt(rate, index + 1)])),
    ],
    ...changes,
  };
}

function resultWith(...rates: Sustained[]): Result {
  return resultSchema.parse({
    ...makeResult({ trialsMade: 0 }),
    sustained: rates,
    comparisons: [],
  });
}

describe('the sustainable rate of rounds', () => {
  it('is their geometric mean, with the interval of Student’s t on logarithms', () => {
    const { rateRps, interval95 } = summariseRounds([
      { round: 1, rateRps: 800, atLeast: false },
      { round: 2, rateRps: 1250, atLeast: false },
    ]);
    expect(rateRps).to.be.closeTo(1000, 1e-9);
    // t(0.975, 1) = 12.706; the logarithms lie 0.4463 apart, so a standard error is half of that.
    expect(interval95?.[0]).to.be.closeTo(1000 * Math.exp(-12.7062 * 0.22314), 0.5);
  });

  it('is none when a round confirmed none', () => {
    const rounds = [
      { round: 1, rateRps: 800, atLeast: false },
      { round: 2, rateRps: null, atLeast: false },
    ];
    expect(summariseRounds(rounds).rateRps).to.equal(null);
    expect(summariseRounds([]).rateRps).to.equal(null);
  });
});

describe('the report of sustainable rates', () => {
  const result = resultWith(
    sustained([990, 1010]),
    sustained([500, 520], { variant: 'jwt', atLeast: true }),
    sustained([400, null], { variant: 'none' }),
  );

  it('leads with the rates in words, in every form', () => {
    for (const [form, text] of Object.entries({
      html: renderHtml(result)
        .replace(/<[^>]+>/g, '')
        .replaceAll('&nbsp;', ' ')
        .replace(/\s/g, ' '),
      markdown: renderMarkdown(result).replaceAll('`', ''),
      terminal: renderSummary(result).replaceAll('`', ''),
    })) {
      expect(text, form).to.match(
        /session sustained 1,000 requests\/s on me with 1 instance \(95 %/,
      );
      expect(text, form).to.match(/jwt sustained 510 requests\/s on me with 1 instance at least/);
      expect(text, form).to.match(/none has no sustainable rate/);
      expect(text, form).to.match(/99 % of all requests take at most 50 ms and none fails/);
    }
  });

  it('has a table whose other figures come from the attempts that gave the rates', () => {
    expect(renderMarkdown(result)).to.include('| `me` | session | 1 | 1,000 | ');
    expect(renderMarkdown(result)).to.match(
      /\| session \| 1 \| 1,000 \|[^|]*\| 1.50 \| 12.3 \| 31.5 \| 2 \|/,
    );
    expect(renderMarkdown(result)).to.include('| missed: p99 was 80 ms, over 50 ms |');
  });

  it('leaves out the sections that speak of trials, which it has none of', () => {
    const titles = [...renderMarkdown(result).matchAll(/^## (.*)$/gm)].map(([, title]) => title);
    expect(titles[0]).to.equal('Sustainable rate');
    expect(titles).to.not.include('The verdict');
    expect(renderMarkdown(result)).to.not.include('closed loop');
  });

  it('is no part of a comparison', () => {
    expect(renderMarkdown(makeResult())).to.not.include('Sustainable rate');
  });
});
