import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { reanalyse } from '../../../bench/analyse/reanalyse.js';
import { environmentDifferences } from '../../../bench/diff/environment.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { renderHtml } from '../../../bench/report/html.js';
import { renderMarkdown } from '../../../bench/report/markdown.js';
import { renderSummary } from '../../../bench/report/terminal.js';
import { makeResult } from '../report/fixture.js';

/** The result of a run of the lab, as it had been of two targets of which one tells its CPU time. */
function ofTargets(sha256 = 'same'): Result {
  const result = makeResult();
  const variants = result.config.variants.slice(0, 2).map(({ id }, index) => ({
    ...{ id, strategy: index === 0 ? 'session' : null, environment: {} },
    target: {
      addresses: [
        {
          url: `http://${id}.example`,
          origin: `http://192.0.2.${index + 1}:80`,
          ofThisMachine: false,
        },
      ],
      credential: 'Cookie',
      runtime: null,
      ...(index === 0
        ? { cpuFrom: 'metrics' as const, readingCpuMs: 1.5 }
        : { cpuFrom: null, cpuUnknown: 'GET /metrics answers 404' }),
      answers: [{ workload: 'me', bytes: 80 + index, sha256: index === 0 ? 'same' : sha256 }],
    },
  }));
  const mine = variants.map(({ id }) => id);
  const targeted = <Of extends { variant: string; instances: number }>(items: readonly Of[]) =>
    items
      .filter(({ variant, instances }) => mine.includes(variant) && instances === 1)
      .map((item) => ({ ...item, topology: 'target' as const }));
  return reanalyse({
    ...result,
    strategies: [],
    config: {
      ...result.config,
      ...{ variants, instances: [1], targets: true, order: targeted(result.config.order) },
    },
    environment: {
      ...result.environment,
      ...{ postgres: null, redis: null, packages: { autocannon: '9.0.0' } },
    },
    trials: targeted(result.trials).map((trial) => {
      const { loadGenerator = null, application = null } = trial.cpuMicrosecondsPerRequest;
      const isKnown = trial.variant === mine[0];
      return {
        ...trial,
        cpuMicrosecondsPerRequest: { application: isKnown ? application : null, loadGenerator },
        rssBytes: { application: null, loadGenerator: null },
        storeCommandsPerRequest: null,
        machine: { ...trial.machine, busyShare: 0.5 },
        processes: [],
      };
    }),
  });
}

describe('the report of targets', () => {
  const result = ofTargets();

  it('claims nothing of processes, stores and machines that nobody saw', () => {
    for (const text of [renderMarkdown(result), renderHtml(result), renderSummary(result)]) {
      const claims = text.match(
        /.{0,80}(\d instances?\b|PostgreSQL|Redis|fresh processes|one host).{0,40}/gi,
      );
      expect(claims?.join()).to.equal(undefined);
      expect(text).to.include('The lab did not start these deployments');
    }
  });

  it('says of unknown CPU time that it is not known, and shows no 0 for it', () => {
    const text = renderMarkdown(result);
    const [section] = text.split('## What a request costs in CPU time')[1]?.split('\n## ') ?? [];
    expect(section).to.include('not known: the lab did not start it');
    expect(section).not.to.match(/\| 0 +\|/);
    expect(text).not.to.include('all servers');
  });

  it('compares by what can be known of both', () => {
    const metrics = new Set(result.comparisons.map(({ metric }) => metric));
    expect([...metrics]).to.deep.equal(['throughput', 'latency.p99']);
  });

  it('does not know what limits a target, and knows of its own machine', () => {
    const [trial] = result.trials;
    if (!trial) throw new Error('the fixture has no trial');
    expect(limitOf(trial).code).to.equal('unknown');
    const busy = { ...trial, machine: { ...trial.machine, busyShare: 0.97 } };
    expect(limitOf(busy).code).to.equal('loadMachine');
  });

  it('warns where two targets answered the same request in different ways', () => {
    const codes = ({ warnings }: Result) => warnings.map(({ code }) => code);
    expect(codes(result)).not.to.include('answers-differ');
    expect(codes(ofTargets('other'))).to.include('answers-differ');
  });

  it('is compared with another one by addresses, and not by the commit of the lab', () => {
    const [first, ...others] = result.config.variants;
    const moved = {
      ...result,
      environment: { ...result.environment, commit: 'another' },
      config: { ...result.config, variants: [{ ...first, id: 'x' }, ...others] as never },
    };
    expect(environmentDifferences(result, moved).map(({ what }) => what)).to.deep.equal([
      'targets',
    ]);
  });
});
