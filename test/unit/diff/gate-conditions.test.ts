import { expect } from 'chai';
import { type GateCondition, parseConditions } from '../../../bench/diff/gate-conditions.js';
import { LabError } from '../../../bench/model/errors.js';

function only(text: string): GateCondition {
  const [condition, ...others] = parseConditions(text);
  if (!condition || others.length > 0) throw new Error('not one condition');
  return condition;
}

function refusalOf(text: string): string {
  try {
    parseConditions(text);
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    expect(error).to.include({ code: 'CONDITION_INVALID', exitCode: 2 });
    return error.message;
  }
  throw new Error(`"${text}" was accepted`);
}

describe('the conditions of --fail-on', () => {
  it('name strategy, workload, instances, metric and limit', () => {
    expect(only('session.me.2.cpu.total > 5 %')).to.deep.equal({
      text: 'session.me.2.cpu.total>5%',
      ...{ variant: 'session', workload: 'me', instances: 2, metric: 'cpu.total' },
      ...{ direction: 'above', limit: 0.05 },
    });
    expect(only('jwt.throughput<-10.5%')).to.include({
      ...{ variant: 'jwt', workload: null, instances: null, metric: 'throughput' },
      ...{ direction: 'below', limit: -0.105 },
    });
  });

  it('know the short names of metrics', () => {
    expect(only('session.cpu>5%').metric).to.equal('cpu.application');
    expect(only('session.me.p99>20%')).to.include({ metric: 'latency.p99', workload: 'me' });
    expect(only('session.latency.p99>20%')).to.include({ metric: 'latency.p99', workload: null });
  });

  it('stand with commas between, and keep the names of strategies as they are', () => {
    const found = parseConditions('jwt-eddsa.cpu>5%, session#2.crud.throughput < -3%');
    expect(found.map(({ variant }) => variant)).to.deep.equal(['jwt-eddsa', 'session#2']);
  });

  it('are refused with the part that is wrong', () => {
    expect(refusalOf('session.cpu>5%,jwt.cpu=5%')).to.include('"jwt.cpu=5%"');
    expect(refusalOf('session.cpu>5')).to.include('"session.cpu>5" cannot be read');
    expect(refusalOf('session.cpu>5%,')).to.include('""');
    expect(refusalOf('session.memory>5%')).to.include('throughput, cpu.application, cpu.total');
    expect(refusalOf('cpu>5%')).to.include('the strategy is missing before "cpu"');
    expect(refusalOf('throughput>5%')).to.include('the strategy is missing before "throughput"');
    expect(refusalOf('latency.p99>5%')).to.include('the form is <strategy>');
    expect(refusalOf('session.troughput>5%')).to.include('did you mean throughput?');
    expect(refusalOf('session.cpu')).to.include('it has no > or <');
    expect(refusalOf('session.cpu>5')).to.include('the limit "5" lacks its %');
    expect(refusalOf('session.cpu>=5%')).to.include('>= is no comparison');
    expect(refusalOf('session.cpu>')).to.include('no limit stands after >');
    expect(refusalOf('session.cpu>five%')).to.include('"five%" is no number of percent');
    expect(refusalOf('>5%')).to.include('nothing stands before >');
    expect(refusalOf('session.cpu>5%>6%')).to.include('more than one');
    expect(refusalOf('.cpu>5%')).to.include('<strategy>');
    expect(refusalOf('session.me.0.cpu>5%')).to.include('"0" is no number of instances');
    expect(refusalOf('session.me.1.x.cpu>5%')).to.include('<strategy>');
  });

  it('are refused where they would fail on no change at all', () => {
    expect(refusalOf('session.cpu>-5%')).to.include('for the worse');
    expect(refusalOf('session.throughput<10%')).to.include('for the worse');
  });
});
