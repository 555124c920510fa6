import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import { holdProcesses } from '../../../bench/fleet/held-processes.js';
import { DATABASE_NAMES } from '../../../bench/model/databases.js';
import type { Trial } from '../../../bench/model/result-schema.js';
import {
  allTiers,
  inOrderOfRequest,
  inOrderOfScope,
  inSentence,
  isKnownTier,
  TIERS,
  type Tier,
  tierOf,
  withMoreTiers,
} from '../../../bench/model/tiers.js';
import { tiersOfEveryRun } from '../../../bench/model/tiers-of-run.js';
import { plannedTiers } from '../../../bench/plan/planned-tiers.js';
import type { CpuGroup } from '../../../bench/processes/cpu-limits/cpu-group.js';
import type { CpuLimiter } from '../../../bench/processes/cpu-limits/cpu-limiter.js';
import { NOT_THROTTLED } from '../../../bench/processes/cpu-limits/throttling.js';
import { makeTrial } from '../bench-support.js';

const idsOf = (tiers: readonly Tier[]) => tiers.map(({ id }) => id);

describe('the table of tiers', () => {
  it('names each once', () => {
    for (const field of ['id', 'label', 'word'] as const) {
      const names = TIERS.map((tier) => tier[field]);
      expect(new Set(names).size, field).to.equal(names.length);
    }
  });

  it('draws no two of a run alike', () => {
    const looks = allTiers()
      .filter(({ id }) => id !== 'mariadb')
      .map(({ fill: { color, pattern } }) => `${color} ${pattern}`);
    expect(new Set([...looks, fillOfUnknown()]).size).to.equal(looks.length + 1);
  });

  it('has the databases that a run can be asked for', () => {
    expect(DATABASE_NAMES).to.deep.equal(['postgres', 'mariadb']);
  });

  it('knows what every run has', () => {
    expect(idsOf(tiersOfEveryRun('mariadb'))).to.deep.equal([
      ...['application', 'redis', 'loadGenerator', 'mariadb'],
    ]);
  });

  it('follows a request', () => {
    expect(idsOf(inOrderOfRequest(allTiers()))).to.deep.equal([
      ...['web', 'application', 'redis', 'postgres', 'mariadb', 'authority', 'prediction'],
      ...['loadGenerator', 'network'],
    ]);
  });

  it('speaks of products without an article', () => {
    expect(inSentence(tierOf('redis'))).to.equal('Redis');
    expect(inSentence(tierOf('web'))).to.equal('the web tier');
  });

  it('gives a plan the instances first', () => {
    expect(idsOf(plannedTiers())).to.deep.equal([
      ...['application', 'authority', 'redis', 'postgres', 'mariadb'],
    ]);
  });
});

describe('the limit of a trial in which several tiers are busy', () => {
  const order = [
    'loadGenerator',
    'network',
    'application',
    'web',
    'authority',
    'prediction',
    'redis',
  ];

  it('is the first of them by who shares it', () => {
    expect(idsOf(inOrderOfScope(allTiers()))).to.deep.equal([...order, 'postgres', 'mariadb']);
    for (const [index, first] of order.entries()) {
      const busy = order.slice(index).reverse();
      const processes = busy.map((kind): Trial['processes'][number] => ({
        ...{ kind, name: kind, cpuSeconds: 2, cores: 1, rssBytes: 1 },
      }));
      expect(limitOf(makeTrial({ processes })).code).to.equal(first);
    }
  });

  it('is a web tier only where all its workers are busy', () => {
    const nginx = { kind: 'web', name: 'nginx', cpuSeconds: 2, rssBytes: 1, workers: 2 };
    const limit = (cores: number) => limitOf(makeTrial({ processes: [{ ...nginx, cores }] }));
    expect(limit(1.7).code).to.equal('none');
    expect(limit(1.9)).to.deep.equal({
      code: 'web',
      label: 'the web tier (nginx used as many cores as it has workers)',
    });
  });
});

describe('a process of a fleet', () => {
  it('is held to what the run says of its tier, where that can be held', () => {
    const holdWith = (canBeHeld: boolean, limits: Record<string, number | null>) => {
      const held: string[] = [];
      const limiter: CpuLimiter = {
        method: 'cgroup-v2',
        mostCores: 8,
        description: 'a limiter that notes what it is asked for',
        hold(name) {
          held.push(name);
          return NO_GROUP;
        },
        close: () => {},
      };
      const { cores } = withMoreTiers([{ ...tierOf('prediction'), id: 'vault', canBeHeld }], () =>
        holdProcesses(limiter, limits, ELSEWHERE).hold({ tier: 'vault', name: 'vault 1', pid: 7 }),
      );
      return { cores, held };
    };
    expect(holdWith(true, { vault: 0.25 })).to.deep.equal({ cores: 0.25, held: ['vault-1'] });
    expect(holdWith(false, { vault: 0.25 })).to.deep.equal({ cores: null, held: [] });
    expect(holdWith(true, { application: 0.25 })).to.deep.equal({ cores: null, held: [] });
  });
});

describe('a longer table of tiers', () => {
  const added = (id: string): Tier => ({ ...tierOf('prediction'), id, label: id, word: id });

  it('ends with what was run in it, also when that fails', async () => {
    expect(() =>
      withMoreTiers([added('vault')], () => {
        expect(isKnownTier('vault')).to.equal(true);
        throw new Error('a test that fails');
      }),
    ).to.throw('a test that fails');
    await withMoreTiers([added('vault')], async () => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      expect(idsOf(allTiers())).to.deep.equal([...idsOf(TIERS), 'vault']);
    });
    expect(isKnownTier('vault')).to.equal(false);
    expect(allTiers()).to.deep.equal(TIERS);
  });

  it('is seen by nothing that runs beside it', async () => {
    const seen = await Promise.all(
      ['one', 'other'].map((id) =>
        withMoreTiers([added(id)], async () => {
          await new Promise((resolve) => setTimeout(resolve, 1));
          return ['one', 'other'].filter(isKnownTier);
        }),
      ),
    );
    expect(seen).to.deep.equal([['one'], ['other']]);
  });

  it('can be made longer again', () => {
    withMoreTiers([added('one')], () =>
      withMoreTiers([added('other')], () => {
        expect(['one', 'other'].every(isKnownTier)).to.equal(true);
      }),
    );
  });

  it('can have a tier that a plan sizes', () => {
    const planned = { servers: 'vaults', coresFrom: 'instanceCores' as const, idleMicroseconds: 1 };
    withMoreTiers([{ ...added('vault'), planned }], () => {
      expect(idsOf(plannedTiers())).to.deep.equal([
        ...['application', 'authority', 'vault', 'redis', 'postgres', 'mariadb'],
      ]);
    });
  });
});

const NO_GROUP: CpuGroup = {
  setCores: () => {},
  throttling: () => NOT_THROTTLED,
  release: () => {},
};
const STORE = { startedBy: 'somebody', version: '1', pid: null, given: true as const };
const ELSEWHERE = {
  database: { ...STORE, name: 'postgres' as const },
  sessionStore: { ...STORE, name: 'redis' as const },
};

function fillOfUnknown(): string {
  const { color, pattern } = tierOf('ledger').fill;
  return `${color} ${pattern}`;
}
