import { expect } from 'chai';
import { limitOf } from '../../../bench/analyse/limits.js';
import type { Trial } from '../../../bench/model/result-schema.js';
import { makeResult } from '../report/fixture.js';

type Use = Partial<Trial['processes'][number]>;

/** A trial of 3 s on 8 cores with idle processes, and what is said of some kinds. */
function trialWith(uses: Record<string, Use>, busyShare = 0.4): Trial {
  const [trial] = makeResult({ strategies: ['session'] }).trials;
  if (!trial) throw new Error('the fixture has trials');
  return {
    ...trial,
    machine: { ...trial.machine, busyShare },
    processes: trial.processes.map((use) => ({ ...use, cores: 0.01, ...uses[use.kind] })),
  };
}

describe('what limited a trial', () => {
  it('is a process that used its whole core', () => {
    const limit = limitOf(trialWith({ redis: { cores: 0.95 } }));
    expect(limit).to.deep.equal({ code: 'redis', label: 'Redis (it used its whole core)' });
    expect(limitOf(trialWith({ redis: { cores: 0.85 } })).code).to.equal('none');
  });

  it('is a process that used all of its share, however small', () => {
    const held = { limitCores: 0.02, throttledSeconds: 0 };
    expect(limitOf(trialWith({ redis: { ...held, cores: 0.019 } }))).to.deep.equal({
      code: 'redis',
      label: 'Redis (it used all of its 0.02 core)',
    });
    expect(limitOf(trialWith({ redis: { ...held, cores: 0.015 } })).code).to.equal('none');
    expect(limitOf(trialWith({ application: { cores: 0.05, limitCores: 0.05 } })).label).to.equal(
      'the application instances (each used all of its 0.05 core)',
    );
    expect(limitOf(trialWith({ postgres: { cores: 1.9, limitCores: 2 } })).label).to.equal(
      'PostgreSQL (it used all of its 2 cores)',
    );
  });

  it('is a process that was running or held back nearly all the time', () => {
    const held = { limitCores: 0.2, cores: 0.17 };
    expect(limitOf(trialWith({ redis: { ...held, throttledSeconds: 2.4 } })).code).to.equal(
      'redis',
    );
    expect(limitOf(trialWith({ redis: { ...held, throttledSeconds: 1.5 } })).code).to.equal('none');
  });

  it('is the load generator before anything else, and the machine after everything else', () => {
    const all = { loadGenerator: { cores: 0.92 }, application: { cores: 1 } };
    expect(limitOf(trialWith(all, 0.99)).code).to.equal('loadGenerator');
    expect(limitOf(trialWith({ application: { cores: 0.95 } }, 0.99)).code).to.equal('application');
    expect(limitOf(trialWith({}, 0.99)).code).to.equal('machine');
  });

  it('is probably the machine where most of its time was used, and waiting below that', () => {
    const codes = [0.79, 0.8, 0.92, 0.93].map((busy) => limitOf(trialWith({}, busy)).code);
    expect(codes).to.deep.equal(['none', 'nearlyMachine', 'nearlyMachine', 'machine']);
    expect(limitOf(trialWith({ redis: { cores: 0.95 } }, 0.9)).code).to.equal('redis');
  });

  it('takes all cores of the machine for those of PostgreSQL', () => {
    expect(limitOf(trialWith({ postgres: { cores: 4 } })).code).to.equal('none');
    expect(limitOf(trialWith({ postgres: { cores: 7.4 } })).code).to.equal('postgres');
  });

  it('is never a process that could not be measured', () => {
    expect(limitOf(trialWith({ redis: { cores: null, limitCores: 0.02 } })).code).to.equal('none');
  });
});
