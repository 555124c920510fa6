import { expect } from 'chai';
import {
  conditionsOf,
  isSameCondition,
  trialsOf,
  validTrialsOf,
} from '../../../bench/model/condition.js';
import { distinctScenarios, isSameScenario, scenariosOf } from '../../../bench/model/scenario.js';
import {
  controlOf,
  isSameProgram,
  strategiesOf,
  type Variant,
  variantsOf,
  variantWith,
} from '../../../bench/model/variant.js';

const DIRECT = { workload: 'me', instances: 2, topology: 'direct' } as const;
const WEB = { ...DIRECT, topology: 'web' } as const;

describe('the variants of a run', () => {
  it('have ids of their own, and say their strategy in a field', () => {
    const variants = variantsOf(['session', 'jwt', 'session', 'session']);
    expect(variants.map(({ id }) => id)).to.deep.equal([
      ...['session', 'jwt', 'session#2', 'session#3'],
    ]);
    expect(variants.map(({ strategy }) => strategy)).to.deep.equal([
      ...['session', 'jwt', 'session', 'session'],
    ]);
    expect(strategiesOf(variants)).to.deep.equal(['session', 'jwt']);
  });

  it('are the same program where strategy and environment are the same, whatever their ids', () => {
    const [first, second, other] = variantsOf(['jwt', 'jwt', 'jwt'], {
      'jwt#3': { LOG_LEVEL: 'info' },
    }) as [Variant, Variant, Variant];
    expect(isSameProgram(first, second)).to.equal(true);
    expect(isSameProgram(first, other)).to.equal(false);
    expect(isSameProgram(first, { ...first, strategy: 'session' })).to.equal(false);
  });

  it('are found by id alone: nothing takes an id apart', () => {
    const odd: Variant = { id: 'jwt#2', strategy: 'session', environment: {} };
    expect(variantWith('jwt#2', [odd]).strategy).to.equal('session');
    expect(() => variantWith('jwt', [odd])).to.throw('no variant jwt');
    const described = [
      { name: 'jwt', control: true },
      { name: 'session', control: false },
    ];
    expect(controlOf([odd], described)).to.equal(undefined);
    expect(controlOf([odd, { ...odd, strategy: 'jwt' }], described)?.strategy).to.equal('jwt');
  });
});

describe('scenarios and conditions', () => {
  it('are told apart by workload, instances and topology', () => {
    expect(isSameScenario(DIRECT, { ...DIRECT })).to.equal(true);
    for (const other of [WEB, { ...DIRECT, workload: 'crud' }, { ...DIRECT, instances: 1 }]) {
      expect(isSameScenario(DIRECT, other), JSON.stringify(other)).to.equal(false);
    }
    const named = { variant: 'jwt', ...DIRECT };
    expect(isSameCondition(named, { ...named })).to.equal(true);
    expect(isSameCondition(named, { ...named, variant: 'jwt#2' })).to.equal(false);
    expect(isSameCondition(named, { ...named, topology: 'web' })).to.equal(false);
  });

  it('come in the order of reports, and know whether a web tier stands before the instances', () => {
    const plan = { workloads: ['me', 'crud'], instances: [1, 2] };
    expect(scenariosOf(plan).map((each) => Object.values(each).join(' '))).to.deep.equal([
      ...['me 1 direct', 'me 2 direct', 'crud 1 direct', 'crud 2 direct'],
    ]);
    const web = { ...plan, web: { balance: 'sticky' }, variants: variantsOf(['jwt', 'jwt']) };
    const conditions = conditionsOf(web);
    expect(conditions).to.have.length(8);
    expect(conditions.slice(0, 2)).to.deep.equal([
      { variant: 'jwt', workload: 'me', instances: 1, topology: 'web' },
      { variant: 'jwt#2', workload: 'me', instances: 1, topology: 'web' },
    ]);
    expect(distinctScenarios(conditions)).to.deep.equal(scenariosOf(web));
  });

  it('have the trials that name them', () => {
    const trial = (variant: string, round: number, valid = true) => ({
      ...{ variant, round, valid, ...DIRECT },
    });
    const trials = [trial('jwt', 1), trial('jwt#2', 1), trial('jwt', 2, false)];
    const condition = { variant: 'jwt', ...DIRECT };
    expect(trialsOf(condition, trials).map(({ round }) => round)).to.deep.equal([1, 2]);
    expect(validTrialsOf(condition, trials).map(({ round }) => round)).to.deep.equal([1]);
    expect(trialsOf({ variant: 'jwt', ...WEB }, trials)).to.deep.equal([]);
  });
});
