import { expect } from 'chai';
import { compareOptions } from '../../bench/cli/options/options.js';
import { hasPlan, plansFor, questionsAsked } from '../../bench/cli/options/question-options.js';
import { parseOptions } from '../../bench/cli/parse-options.js';
import { LabError } from '../../bench/model/errors.js';

const SERVICE = {
  strategies: [
    { name: 'session', control: false },
    { name: 'jwt', control: false },
    { name: 'opaque', control: false },
    { name: 'none', control: true },
  ],
  accessTokenTtlSeconds: 300,
};
const NAMES = SERVICE.strategies.map(({ name }) => name);

const optionsOf = (...words: string[]) => parseOptions(words, compareOptions(NAMES)).options;

function asked(words: readonly string[], noLimits: string | null = null) {
  const options = optionsOf(...words);
  const questions = questionsAsked(options);
  if (questions === null) throw new Error('a plan of its own');
  return plansFor(questions, options, SERVICE, noLimits);
}

describe('the questions of a run', () => {
  it('are all three without a word', () => {
    const { plans, logout, questions } = asked([]);
    expect(questions).to.deep.equal(['cost', 'scale', 'logout']);
    expect(plans.map(({ question }) => question)).to.deep.equal(['cost', 'scale']);
    expect(logout).to.include({ instances: 2, configuredLifeSeconds: 300 });
  });

  it('measure the control for the cost alone', () => {
    const ids = (index: number) => asked([]).plans[index]?.variants.map(({ id }) => id);
    expect(ids(0)).to.deep.equal(['session', 'jwt', 'none']);
    expect(ids(1)).to.deep.equal(['session', 'jwt']);
    expect(asked([]).logout?.variants.map(({ id }) => id)).to.deep.equal(['session', 'jwt']);
  });

  it('hold servers of one size, and Redis, for the scaling alone', () => {
    const [cost, scale] = asked([]).plans;
    expect(cost?.cpuLimits).to.equal(undefined);
    expect(scale?.cpuLimits?.application).to.be.within(0.01, 1);
    expect(scale?.cpuLimits?.redis).to.be.within(0.01, 1);
    expect(scale?.instances).to.deep.equal([1, 2, 4, 8]);
  });

  it('are those that are named', () => {
    expect(asked(['--questions', 'logout']).plans).to.have.lengthOf(1);
    expect(asked(['--questions', 'logout']).plans[0].order).to.deep.equal([]);
    expect(asked(['--questions', 'scale']).plans.map(({ question }) => question)).to.deep.equal([
      'scale',
    ]);
    expect(asked(['--questions', 'cost']).logout).to.equal(null);
  });

  it('choose before the run what the answer rests on: one figure, the first against each other', () => {
    const { plans } = asked(['--strategies', 'session,jwt,opaque,none']);
    const told = (index: number) =>
      plans[index]?.headline?.map(
        ({ workload, instances, metric, candidate }) =>
          `${candidate} ${workload} ${instances} ${metric}`,
      );
    expect(told(0)).to.deep.equal([
      'jwt me 1 cpu.total',
      'jwt crud 1 cpu.total',
      'opaque me 1 cpu.total',
      'opaque crud 1 cpu.total',
    ]);
    expect(told(1)).to.include('jwt me 8 throughput').and.have.lengthOf(8);
    expect(plans[0].headline?.every(({ baseline }) => baseline === 'session')).to.equal(true);
  });

  it('compare a strategy with itself, and ask it once after the logout', () => {
    const { plans, logout } = asked(['--strategies', 'session,session']);
    expect(plans[0].headline?.map(({ candidate }) => candidate)).to.deep.equal([
      'session#2',
      'session#2',
    ]);
    expect(logout?.variants.map(({ id }) => id)).to.deep.equal(['session']);
  });

  it('work the scaling out from the cost where nothing can be held to a share of a core', () => {
    const without = asked(['--questions', 'scale'], 'There are no control groups.');
    expect(without.plans.map(({ question }) => question)).to.deep.equal(['cost']);
    expect(without.noLimits).to.equal('There are no control groups.');
  });

  it('repeat with the command that they print', () => {
    const { plans } = asked(['--questions', 'cost,scale', '--seed', '7', '--rounds', '3']);
    for (const { command } of plans) {
      expect(command).to.equal(
        'npm run lab -- compare --profile quick --questions cost,scale --rounds 3 --seed 7',
      );
    }
    expect(plans.map(({ rounds }) => rounds)).to.deep.equal([3, 3]);
  });

  it('are not asked of a plan of one’s own', () => {
    for (const words of [
      ['--workloads', 'me'],
      ['--instances', '2'],
      ['--seconds', '1'],
      ['--rate', '100'],
      ['--instance-cpu', '0.1'],
      ['--profile', 'smoke'],
    ]) {
      expect(questionsAsked(optionsOf(...words)), words.join(' ')).to.equal(null);
    }
    expect(hasPlan(['--workloads', 'me'])).to.equal(true);
    expect(hasPlan(['--workloads=me'])).to.equal(true);
    expect(hasPlan(['--strategies', 'jwt,none', '--rounds=2', '--json'])).to.equal(false);
  });

  it('refuse a plan beside them, by the name of the option', () => {
    expect(() => questionsAsked(optionsOf('--questions', 'cost', '--instances', '2')))
      .to.throw(LabError, '--instances makes a plan of its own')
      .with.property('code', 'OPTION_INVALID');
    expect(() => questionsAsked(optionsOf('--questions', 'cost', '--profile', 'smoke'))).to.throw(
      LabError,
      '--profile smoke makes a plan of its own',
    );
  });
});
