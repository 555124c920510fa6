import { expect } from 'chai';
import {
  drillsNamed,
  judgeDrillConditions,
  parseDrillConditions,
} from '../../../bench/cli/options/drill-options.js';
import { DRILL_NAMES } from '../../../bench/experiments/drill/drills.js';
import type { DrillReadings, DrillRecord } from '../../../bench/model/drill-schema.js';
import { ONE_POSTGRES, parsePostgresShape } from '../../../bench/stores/postgres/shape.js';
import { ONE_REDIS, parseRedisShape } from '../../../bench/stores/redis/shape.js';

const DRILLS = ['redis-kill', 'logout-one'] as const;

function readings(more: Partial<DrillReadings> = {}): DrillReadings {
  return {
    ...{ verdict: 'deviated', why: 'something', firstWrongSeconds: 0, lastWrongSeconds: 1 },
    ...{
      detectSeconds: null,
      recoverSeconds: 1.5,
      p99Ms: 12,
      lostLogins: 20,
      lostWrites: 0,
      series: [],
    },
    byKind: {
      read: { answers: 22, missing: 5 },
      write: { answers: 0, missing: 0 },
      login: { answers: 0, missing: 0 },
    },
    outcomes: {
      ...{ right: 10, 'wrongly-accepted': 2, resurrected: 1 },
      ...{ 'wrongly-refused': 4, unavailable: 5, unexpected: 0 },
    },
    ...more,
  };
}

function drill(name: string, variants: Record<string, DrillReadings>): DrillRecord {
  const repetition = { faultMs: 1, undoMs: 2, endMs: 3, variants };
  return { name, question: '', fault: '', undo: '', repetitions: [repetition] };
}

describe('lab drill', () => {
  it('takes drills by name, or all of them', () => {
    expect(drillsNamed(['redis-kill'], false, ONE_REDIS)).to.deep.equal(['redis-kill']);
    expect(() => drillsNamed([], false, ONE_REDIS))
      .to.throw('Name a drill')
      .with.property('exitCode', 2);
    expect(() => drillsNamed(['redis-kil'], false, ONE_REDIS)).to.throw('did you mean redis-kill?');
    expect(() => drillsNamed(['redis-kill'], true, ONE_REDIS)).to.throw('--all means every drill');
  });

  it('takes of all drills those that such a Redis can have, and says of a named one why it cannot', () => {
    const ofSeveral = [
      'primary-kill',
      'primary-freeze',
      'primary-restart',
      'quorum-loss',
      'stale-replica',
    ];
    const ofReplicatedPostgres = ['database-failover', 'database-stale-failover'];
    const throughAProxy = ['stores-slow', 'clock-ahead', 'clock-behind'];
    const left = (redis: string, postgres = 'primary:1+1') => {
      const shapes = [parseRedisShape(redis), parsePostgresShape(postgres)] as const;
      const all: string[] = drillsNamed([], true, ...shapes);
      return DRILL_NAMES.filter((name) => !all.includes(name));
    };
    expect(left('one')).to.have.members([...ofSeveral, 'reshard']);
    expect(left('cluster:3+3', 'one')).to.have.members([...throughAProxy, ...ofReplicatedPostgres]);
    expect(() => drillsNamed(['database-failover'], false, ONE_REDIS, ONE_POSTGRES))
      .to.throw('take --postgres primary:1+1')
      .with.property('code', 'DRILL_UNAVAILABLE');
    expect(left('cluster:3')).to.have.members([...ofSeveral, ...throughAProxy]);
    expect(left('cluster:3+3')).to.have.members(throughAProxy);
    expect(left('sentinel:1+2')).to.have.members([...throughAProxy, 'reshard']);
    expect(() => drillsNamed(['reshard'], false, ONE_REDIS))
      .to.throw('take --redis cluster:3+3')
      .with.property('code', 'DRILL_UNAVAILABLE');
  });

  it('fails on the worst of the repetitions, names who broke a condition, and leaves the control out', () => {
    const result = {
      drills: [
        drill('redis-kill', {
          session: readings(),
          jwt: readings({ recoverSeconds: 0 }),
          control: readings(),
        }),
      ],
    };
    const judge = (text: string) =>
      judgeDrillConditions(parseDrillConditions(text, DRILLS, ['session', 'jwt']), result);
    expect(judge('any.redis-kill.recover>1s').broken).to.deep.equal([
      'any.redis-kill.recover>1s (session: 1.5s)',
    ]);
    expect(judge('session.redis-kill.recover>1.5s').broken).to.deep.equal([]);
    expect(
      judge('session.redis-kill.wrong>6, session.redis-kill.unavailable>4').broken,
    ).to.deep.equal([
      ...[
        'session.redis-kill.wrong>6 (session: 7)',
        'session.redis-kill.unavailable>4 (session: 5)',
      ],
    ]);
    expect(judge('jwt.redis-kill.logins>19').broken).to.have.length(1);
    // A gate must not pass over what was not run.
    expect(judge('jwt.logout-one.wrong>0').undecided).to.deep.equal([
      'jwt.logout-one.wrong>0 (not run)',
    ]);
  });

  it('decides nothing by repetitions that say nothing', () => {
    const unsure = readings({ verdict: 'inconclusive', why: 'the unbroken control: p99 900 ms' });
    const result = { drills: [drill('redis-kill', { session: unsure })] };
    const conditions = parseDrillConditions('session.redis-kill.wrong>0', DRILLS, ['session']);
    expect(judgeDrillConditions(conditions, result)).to.deep.equal({
      broken: [],
      undecided: ['session.redis-kill.wrong>0 (session: the unbroken control: p99 900 ms)'],
    });
  });

  it('says what is wrong with a condition', () => {
    const parse = (text: string) => () => parseDrillConditions(text, DRILLS, ['session']);
    expect(parse('session.wrong>0')).to.throw('it has another form');
    expect(parse('jwt.redis-kill.wrong>0')).to.throw('"jwt" is none of the strategies of this run');
    expect(parse('session.redis-stop.wrong>0')).to.throw('"redis-stop" is none of the drills');
    expect(parse('session.redis-kill.cpu>0')).to.throw('"cpu" is no figure');
    expect(parse('session.redis-kill.recover>2')).to.throw('recover is in s');
    expect(parse('session.redis-kill.wrong>2s')).to.throw('wrong is a count');
    expect(parse('')).to.throw('it has another form').with.property('code', 'CONDITION_INVALID');
  });
});
