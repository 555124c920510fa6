import { expect } from 'chai';
import { environmentDifferences } from '../../../bench/diff/environment.js';
import type { Result } from '../../../bench/model/result-schema.js';
import { variantsOf } from '../../../bench/model/variant.js';
import { makeResult } from '../report/fixture.js';

type Change = Partial<Pick<Result, 'config' | 'environment'>>;

function differencesWith(change: (result: Result) => Change) {
  const a = makeResult();
  return environmentDifferences(a, { ...a, ...change(a) });
}

describe('what differs between two runs', () => {
  it('is nothing for the same conditions, whatever the seed and the rounds', () => {
    const other = ({ config }: Result) => ({ config: { ...config, seed: 7, rounds: 99 } });
    expect(differencesWith(other)).to.deep.equal([]);
  });

  it('is weighed: another machine counts more than other conditions or other code', () => {
    const found = differencesWith(({ environment }) => ({
      environment: {
        ...environment,
        ...{ cores: 2, kernel: '6.9.0', commit: null, redis: null },
        packages: { ...environment.packages, jose: '7.0.0' },
      },
    }));
    expect(Object.fromEntries(found.map(({ what, weight }) => [what, weight]))).to.deep.equal({
      cores: 'machine',
      kernel: 'conditions',
      Redis: 'conditions',
      commit: 'code',
      'package jose': 'code',
    });
    expect(found.find(({ what }) => what === 'Redis')).to.include({ b: 'not used' });
    expect(found.find(({ what }) => what === 'commit')).to.include({ b: 'unknown' });
  });

  it('includes changes that no commit holds', () => {
    const [found] = differencesWith(({ environment }) => ({
      environment: { ...environment, dirty: true },
    }));
    expect(found?.b).to.include('with changes that were not committed');
  });

  it('includes the load and the limits that were set', () => {
    const found = differencesWith(({ config }) => ({
      config: {
        ...config,
        ...{
          profile: 'full',
          seconds: 9,
          warmUpSeconds: 2,
          loadWorkers: 1,
          connectionsPerInstance: 20,
        },
        windows: 4,
        variants: variantsOf(['session', 'jwt', 'none'], { session: { UV_THREADPOOL_SIZE: '2' } }),
        cpuLimits: { application: 0.5, redis: null, postgres: null },
      },
    }));
    expect(found.map(({ what, b }) => `${what}: ${b}`)).to.deep.equal([
      'profile: full',
      'window: 9 s',
      'windows: 4',
      'warm-up: 2 s',
      'connections: 20 for each instance',
      'load workers: 1',
      'limits of CPU time: application 0.5 cores',
      'variables of one variant: session.UV_THREADPOOL_SIZE=2',
    ]);
  });

  it('takes limits that are all off for none', () => {
    const off = { application: null, redis: null, postgres: null };
    const found = differencesWith(({ config }) => ({ config: { ...config, cpuLimits: off } }));
    expect(found).to.deep.equal([]);
  });
});
