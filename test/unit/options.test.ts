import { expect } from 'chai';
import { compareOptions, configFrom } from '../../bench/cli/options/options.js';
import { parseOptions } from '../../bench/cli/parse-options.js';
import { LabError } from '../../bench/model/errors.js';
import { variantsOf } from '../../bench/model/variant.js';
import { namedDatabase } from '../../bench/stores/registry.js';

const STRATEGIES = ['session', 'jwt', 'none'];

function configOf(...words: string[]) {
  const { options } = parseOptions(words, compareOptions(STRATEGIES));
  return configFrom(options, STRATEGIES);
}

/** The error of a wrong command line: its code, and that it ends with 2. */
function refusalOf(...words: string[]): LabError {
  try {
    configOf(...words);
  } catch (error) {
    expect(error).to.be.instanceOf(LabError);
    expect((error as LabError).exitCode).to.equal(2);
    return error as LabError;
  }
  throw new Error(`${words.join(' ')} was accepted`);
}

describe('options of compare', () => {
  it('make the quick profile when nothing is said', () => {
    expect(configOf()).to.deep.include({
      profile: 'quick',
      variants: variantsOf(['session', 'jwt', 'none']),
      workloads: ['me', 'crud'],
      instances: [1, 2],
      rounds: 3,
      connections: 100,
      users: 100,
    });
  });

  it('keep as many connections for every number of instances, unless told', () => {
    const config = configOf('--instance-cpu', '0.1', '--redis-cpu=0.02', '--instances', '1,16');
    expect(config).to.deep.include({
      cpuLimits: { application: 0.1, redis: 0.02, postgres: null },
      connections: 128,
      users: 128,
    });
    expect(configOf('--instance-cpu', '0.1', '--connections', '40')).to.include({
      connections: 40,
    });
    expect(configOf('--connections-per-instance', '4', '--instances', '1,8')).to.include({
      connectionsPerInstance: 4,
      connections: 32,
    });
    expect(configOf()).not.to.have.any.keys('cpuLimits', 'connectionsPerInstance');
    expect(configOf().variants.map(({ environment }) => environment)).to.deep.equal([{}, {}, {}]);
    const both = refusalOf('--connections', '40', '--connections-per-instance', '4');
    expect(both.message).to.include('not both');
    expect(refusalOf('--instance-cpu', '0').message).to.include('0.01 to 64');
  });

  it('go on without a limit that cannot be had only where that is said, and a limit asked for', () => {
    expect(configOf('--instance-cpu', '0.1')).not.to.have.property('allowUnlimited');
    const { allowUnlimited, command } = configOf('--instance-cpu', '0.1', '--allow-unlimited');
    expect(allowUnlimited).to.equal(true);
    expect(command).to.include('--allow-unlimited');
    expect(refusalOf('--allow-unlimited').message).to.include('with a limit only');
  });

  it('name the database, which limits of its CPU time must fit', () => {
    expect(configOf()).not.to.have.property('database');
    const { database, command, cpuLimits } = configOf('--database=mariadb', '--mariadb-cpu', '1.5');
    expect(database).to.equal('mariadb');
    expect(command).to.include('--database mariadb --mariadb-cpu 1.5');
    expect(cpuLimits).to.deep.equal({
      application: null,
      redis: null,
      mariadb: 1.5,
    });
    const wrong = refusalOf('--database', 'mariadb', '--postgres-cpu', '1');
    expect(wrong.message).to.include('--postgres-cpu has a meaning with postgres only');
    expect(refusalOf('--mariadb-cpu', '1').message).to.include('this run is postgres');
    expect(refusalOf('--database', 'sqlite').message).to.include('one of postgres, mariadb');
  });

  it('take the database that DATABASE_URL names, unless told', () => {
    const named = (url: string, asked?: 'postgres') => namedDatabase(asked, { DATABASE_URL: url });
    expect(named('mysql://lab@127.0.0.1/lab')).to.equal('mariadb');
    expect(named('MariaDB://lab@127.0.0.1/lab')).to.equal('mariadb');
    expect(named('postgres://lab@127.0.0.1/lab')).to.equal(undefined);
    expect(named('mysql://lab@127.0.0.1/lab', 'postgres')).to.equal('postgres');
    expect(namedDatabase(undefined, {})).to.equal(undefined);
  });

  it('add rounds until verdicts are sure, with the number of looks fixed before', () => {
    const { untilSure, command } = configOf('--until-sure', '--rounds', '4', '--max-rounds=10');
    expect(untilSure).to.deep.equal({ step: 4, maxRounds: 10, looks: 3 });
    expect(command).to.include('compare --profile quick --until-sure --rounds 4 --max-rounds 10');
    expect(configOf('--until-sure').untilSure).to.include({ step: 3, maxRounds: 15 });
    expect(configOf().command).not.to.include('until-sure');
    expect(refusalOf('--max-rounds', '9').message).to.include('--until-sure only');
    expect(refusalOf('--until-sure', '--rounds=1').message).to.include('2 rounds or more');
    expect(refusalOf('--until-sure', '--rounds=9', '--max-rounds=8').message).to.include('9 and 8');
  });

  it('send by a plan at a rate, with independent users unless told', () => {
    expect(configOf('--rate', '800').offered).to.deep.equal({ rateRps: 800, arrivals: 'poisson' });
    const even = configOf('--rate=800.5', '--arrivals', 'constant');
    expect(even.offered).to.deep.equal({ rateRps: 800.5, arrivals: 'constant' });
    expect(configOf()).not.to.have.property('offered');
    expect(refusalOf('--arrivals', 'constant').message).to.include('--rate only');
    expect(refusalOf('--rate', '0').message).to.include('1 to 1000000');
  });

  it('put a web tier before the instances, in turn unless told otherwise', () => {
    expect(configOf('--topology', 'web').web).to.deep.equal({ balance: 'round-robin' });
    const sticky = configOf('--topology=web', '--balance', 'sticky');
    expect(sticky.web).to.deep.equal({ balance: 'sticky' });
    expect(sticky.command).to.include('--topology web --balance sticky');
    expect(configOf('--topology', 'direct')).not.to.have.property('web');
    expect(refusalOf('--balance', 'sticky').message).to.include('--topology web only');
    expect(refusalOf('--topology', 'nginx').message).to.include('direct, web');
    expect(refusalOf('--topology=web', '--balance=random').message).to.include('sticky');
  });

  it('make the way to the stores longer, in milliseconds that are named', () => {
    expect(configOf()).not.to.have.property('storeLatencyMs');
    const { storeLatencyMs, command } = configOf('--store-latency', '0.5ms');
    expect(storeLatencyMs).to.equal(0.5);
    expect(command).to.include('--store-latency 0.5ms');
    for (const wrong of ['1', '1s', '0ms', '0.05ms', '1001ms', '-1ms', 'ms', '1e2ms', '1 ms']) {
      expect(refusalOf(`--store-latency=${wrong}`).message, wrong).to.include('such as 1ms');
    }
  });

  it('set variables of one variant, and repeat them in the command', () => {
    const set = 'session#2.UV_THREADPOOL_SIZE=2,session#2.LOG_LEVEL=info';
    const config = configOf('--strategies', 'session,session', '--set', set);
    expect(config.variants).to.deep.equal([
      { id: 'session', strategy: 'session', environment: {} },
      {
        ...{ id: 'session#2', strategy: 'session' },
        environment: { UV_THREADPOOL_SIZE: '2', LOG_LEVEL: 'info' },
      },
    ]);
    expect(config.command).to.include(`--set '${set}'`);
    expect(refusalOf('--set', 'jwt#2.A=1').message).to.include('session, jwt, none');
    const wrongs = ['session', 'session.a=1', 'session.A', '__proto__.A=1', 'session.A=1,', ''];
    for (const wrong of wrongs) {
      const { code, message } = refusalOf('--set', wrong);
      expect(code, wrong).to.equal('OPTION_INVALID');
      expect(message, wrong).to.include('--set takes variables as VARIANT.NAME=VALUE');
    }
  });

  it('add up what several --set say, each variable of a variant once', () => {
    const words = ['--set', 'session.A=1,jwt.A=2', '--set=session.B=3', '--set', 'none.C=x=y'];
    const config = configOf(...words);
    expect(config.variants).to.deep.equal([
      { id: 'session', strategy: 'session', environment: { A: '1', B: '3' } },
      { id: 'jwt', strategy: 'jwt', environment: { A: '2' } },
      { id: 'none', strategy: 'none', environment: { C: 'x=y' } },
    ]);
    expect(config.command).to.include("--set 'session.A=1,session.B=3,jwt.A=2,none.C=x=y'");
    for (const twice of [
      ['--set', 'jwt.A=1,jwt.A=2'],
      ['--set', 'jwt.A=1', '--set', 'jwt.A=2'],
    ]) {
      const { code, message } = refusalOf(...twice);
      expect(code).to.equal('OPTION_INVALID');
      expect(message).to.include('jwt.A is set twice, to "1" and to "2"');
    }
    expect(refusalOf('--set', 'jwt.A=1', '--set', 'jwt#2.A=1').message).to.include('no variant');
  });

  it('take every other value once, rather than the last silently', () => {
    const table = compareOptions(STRATEGIES);
    const examples: Record<string, string> = {
      profile: 'quick',
      strategies: 'jwt',
      instances: '2',
      'instance-cpu': '0.5',
      out: 'there',
    };
    for (const [name, value] of Object.entries(examples)) {
      const option = table[name as keyof typeof table];
      const { code, message } = refusalOf(`--${name}`, value, `--${name}=${value}`);
      expect(code, name).to.equal('OPTION_INVALID');
      expect(message).to.include(`--${name} is given more than once. Give it once: it takes`);
      expect(message).to.include('allowed' in option ? option.allowed : 'no flag');
    }
    expect(configOf('--until-sure', '--until-sure')).to.have.property('untilSure');
  });

  it('override single parts of a profile', () => {
    const config = configOf('--profile', 'smoke', '--rounds', '4', '--instances=4,1');
    expect(config).to.deep.include({
      profile: 'smoke',
      rounds: 4,
      workloads: ['me'],
      instances: [1, 4],
    });
  });

  it('seed a user for every connection', () => {
    expect(configOf('--connections', '250').users).to.equal(250);
  });

  it('give another order with another seed, and record the seed in the command', () => {
    expect(configOf('--seed', '1').order).to.deep.equal(configOf('--seed', '1').order);
    expect(configOf('--seed', '1').order).to.not.deep.equal(configOf('--seed', '2').order);
    expect(configOf('--seed', '7', '--rounds', '2').command).to.equal(
      'npm run lab -- compare --profile quick --rounds 2 --seed 7',
    );
  });

  it('repeat a run by its own command', () => {
    const config = configOf('--strategies', 'jwt,session', '--seconds', '1.5', '--warm-up', '2');
    const words = config.command.split(' -- compare ')[1]?.split(' ') ?? [];
    expect(configOf(...words)).to.deep.equal(config);
  });

  it('take a strategy twice for an A/A run', () => {
    const { order } = configOf('--strategies', 'session,session');
    expect(new Set(order.map(({ variant }) => variant))).to.deep.equal(
      new Set(['session', 'session#2']),
    );
  });

  it('name an unknown option and what is allowed', () => {
    const error = refusalOf('--round', '3');
    expect(error.code).to.equal('OPTION_UNKNOWN');
    expect(error.message).to.include('--round').and.include('--rounds');
  });

  for (const [words, named] of [
    [['--rounds', '0'], 'whole number from 1'],
    [['--rounds', '1.5'], 'whole number from 1'],
    [['--rounds'], 'not nothing'],
    [['--rounds', 'many'], 'not "many"'],
    [['--seconds', '0.1'], 'number from 0.5'],
    [['--seconds', '-1'], '--seconds'],
    [['--strategies', 'session,basic'], 'session, jwt, none'],
    [['--strategies', ''], 'session, jwt, none'],
    [['--workloads', 'me,me'], 'each at most once'],
    [['--instances', '1,1'], 'each at most once'],
    [['--instances', '0'], 'whole numbers from 1'],
    [['--profile', 'huge'], 'smoke, quick, full'],
    [['--seed', '4294967296'], 'whole number from 0'],
    [['--connections', '200', '--users', '100'], 'fewer than the 200 connections'],
    [['--connections', '2', '--instances', '4'], 'more than the 2 connections;'],
    [['--connections', '1', '--instances', '2'], 'more than the 1 connection;'],
    [['--json=yes'], 'takes no value'],
  ] as const) {
    it(`refuse ${words.join(' ')} and say why`, () => {
      const error = refusalOf(...words);
      expect(error.code).to.equal('OPTION_INVALID');
      expect(error.message).to.include(named);
    });
  }

  it('refuse a word that belongs to no option', () => {
    expect(refusalOf('fast').code).to.equal('ARGUMENT_UNEXPECTED');
  });

  it('do not mistake names that every object has for options', () => {
    expect(refusalOf('--constructor', 'x').code).to.equal('OPTION_UNKNOWN');
    expect(refusalOf('--__proto__', 'x').code).to.equal('OPTION_UNKNOWN');
  });
});
