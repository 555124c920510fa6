import { expect } from 'chai';
import {
  armNames,
  busyArm,
  environmentOfArm,
  programOfArm,
  strategyOfArm,
} from '../../../bench/analyse/arms.js';
import { findingsOf } from '../../../bench/report/findings.js';
import { makeResult } from '../report/fixture.js';

describe('the arms of a run', () => {
  it('are named after their strategies, and numbered where one comes again', () => {
    expect(armNames(['session', 'jwt', 'session'])).to.deep.equal(['session', 'jwt', 'session#2']);
    expect(strategyOfArm('session#2')).to.equal('session');
    expect(strategyOfArm('jwt-eddsa')).to.equal('jwt-eddsa');
  });

  it('may carry extra work, which is an environment and another program', () => {
    const arm = busyArm('session', 2.50049);
    expect(arm).to.equal('session+busy2.5');
    expect(strategyOfArm(arm)).to.equal('session');
    expect(strategyOfArm(`${arm}#2`)).to.equal('session');
    expect(programOfArm(`${arm}#2`)).to.equal(arm);
    expect(environmentOfArm(`${arm}#2`)).to.deep.equal({ INJECT_BUSY_MICROSECONDS: '2.5' });
    expect(environmentOfArm('session#2')).to.deep.equal({});
  });

  it('with extra work are not told to be the same program', () => {
    const noiseOf = (strategies: string[]) =>
      findingsOf(makeResult({ strategies })).filter(({ topic }) => topic === 'noise');
    expect(noiseOf(['session', 'session'])).not.to.deep.equal([]);
    expect(noiseOf(['session', 'session+busy3'])).to.deep.equal([]);
  });
});
