import { expect } from 'chai';
import { judgeRepetition } from '../../../bench/analyse/drills/judge-repetition.js';
import { summariseDrill } from '../../../bench/analyse/drills/summarise-drill.js';
import type { DrillReadings, DrillResult } from '../../../bench/model/drill-schema.js';
import { drillSections } from '../../../bench/report/drills/drill-sections.js';
import type { StageAnswer, StageEvent } from '../../../bench/stage/ledger.js';

const MARKS = { faultMs: 1000, undoMs: 2000, endMs: 4000 };
const STEADY = { errorShare: 0.01, p99Ms: 500 };

/** An answer every 10 ms; what is not said here is 200 after 2 ms. */
function record(statusAt: (ms: number) => number | null = () => 200, takesMs = () => 2) {
  const events: StageEvent[] = [{ type: 'login', login: 1, atMs: 0, endsAtMs: null }];
  for (let ms = 0; ms < MARKS.endMs; ms += 10) {
    events.push({
      ...{ type: 'answer', login: 1, instance: 1, what: 'read', plannedMs: ms, sentMs: ms },
      ...{ atMs: ms + takesMs(), status: statusAt(ms) },
    });
  }
  return { events, notReadyMs: null, lostWrites: 0, lateShare: 0 };
}

const between = (from: number, to: number, status: number | null) => (ms: number) =>
  ms >= from && ms < to ? status : 200;

describe('a repetition of a drill', () => {
  it('has held where nothing was wrong, and says when everything was', () => {
    const read = judgeRepetition(record(), MARKS, STEADY, null);
    expect(read).to.include({
      verdict: 'held',
      why: null,
      firstWrongSeconds: null,
      recoverSeconds: 0,
    });
    expect(read.series).to.have.length(40);
    expect(read.series[0]).to.deep.equal([10, 0, 0, 0, 0, 0]);
  });

  it('says when the first and the last answer were wrong, and how long after the undo', () => {
    const seen = { ...record(between(1200, 2500, null)), notReadyMs: 1300 };
    const read = judgeRepetition(seen, MARKS, STEADY, null);
    expect(read.verdict).to.equal('deviated');
    expect(read.why).to.equal('43 % of reads failed');
    expect(read.firstWrongSeconds).to.equal(0.2);
    expect(read.lastWrongSeconds).to.equal(1.49);
    expect(read.recoverSeconds).to.equal(0.49);
    expect(read.detectSeconds).to.equal(0.3);
    expect(read.outcomes).to.include({ right: 170, unavailable: 130 });
    expect(read.lostLogins).to.equal(0);
  });

  it('says for how long each instance let an ended login in, and where it still did', () => {
    const { events } = record();
    const asked = (instance: number, status: (ms: number) => number | null): StageEvent[] =>
      Array.from({ length: 100 }, (_, index) => {
        const ms = 1200 + index * 10;
        const at = { plannedMs: ms, sentMs: ms, atMs: ms + 2, status: status(ms) };
        return { type: 'answer', login: 2, instance, what: 'read', ...at };
      });
    const seen: StageEvent[] = [
      { type: 'login', login: 2, atMs: 0, endsAtMs: null },
      ...events,
      { type: 'ending', login: 2, atMs: 1190 },
      { type: 'ended', login: 2, atMs: 1195 },
      ...asked(1, () => 401),
      ...asked(2, (ms) => (ms <= 1700 ? 200 : ms < 1800 ? null : 401)),
      ...asked(3, () => 200),
    ];
    const read = judgeRepetition(
      { events: seen, notReadyMs: null, lostWrites: 0, lateShare: 0, watchesDoors: true },
      ...([MARKS, STEADY, null] as const),
    );
    expect(read.doors).to.deep.equal([
      { instance: 1, isWhereItEnded: true, openSeconds: 0, isOpenAtTheEnd: false },
      { instance: 2, isWhereItEnded: false, openSeconds: 0.505, isOpenAtTheEnd: false },
      { instance: 3, isWhereItEnded: false, openSeconds: 0.995, isOpenAtTheEnd: true },
    ]);
    const all = { ...MARKS, variants: { jwt: read } };
    const [summary] = summariseDrill({ repetitions: [all, all] });
    expect(summary?.doors).to.deep.equal({
      whereItEnded: { openSeconds: { median: 0, least: 0, most: 0, count: 2 }, stillOpen: 0 },
      elsewhere: {
        openSeconds: { median: 0.75, least: 0.505, most: 0.995, count: 4 },
        stillOpen: 2,
      },
    });
    expect(judgeRepetition(record(), MARKS, STEADY, null)).not.to.have.property('doors');
  });

  it('counts the refresh tokens that were presented by what became of them, and says nothing where none was', () => {
    const token = (login: number, isEnded: boolean): StageEvent[] => [
      { type: 'login', login, atMs: 0, endsAtMs: null },
      ...(isEnded
        ? ([
            { type: 'ending', login, atMs: 1010 },
            { type: 'ended', login, atMs: 1020 },
          ] as const)
        : []),
    ];
    const presented = (login: number, what: StageAnswer['what'], status: number | null) => {
      const at = { plannedMs: 1500, sentMs: 1500, atMs: 1510, status };
      return { type: 'answer', login, instance: 1, what, ...at } as const;
    };
    const events: StageEvent[] = [
      ...record().events,
      ...[2, 3, 4, 5].flatMap((login) => token(login, false)),
      ...[6, 7, 8].flatMap((login) => token(login, true)),
      ...[presented(2, 'refresh', 200), presented(2, 'renewed', 200)],
      ...[presented(3, 'refresh', 400), presented(4, 'refresh', 400)],
      presented(5, 'refresh', null),
      ...[presented(6, 'refresh', 200), presented(6, 'renewed', 200)],
      ...[presented(7, 'refresh', 200), presented(7, 'renewed', 401)],
      presented(8, 'refresh', 400),
    ];
    const read = judgeRepetition({ ...record(), events, lostWrites: 3 }, MARKS, STEADY, null);
    expect(read.refreshTokens).to.deep.equal({
      ...{ presented: 7, lost: 2, acceptedAgain: 2, openedAgain: 1, unanswered: 1 },
    });
    expect(read.why).to.equal('3 wrongly accepted, 2 wrongly refused, 3 acknowledged writes lost');
    const none = judgeRepetition(record(), MARKS, STEADY, null);
    expect(none).not.to.have.property('refreshTokens');

    const repetition = { ...MARKS, variants: { jwt: read, session: none } };
    const drill = { name: 'a', question: '', fault: '', undo: '', repetitions: [repetition] };
    expect(summariseDrill(drill).map(({ refreshTokens }) => refreshTokens?.lost)).to.deep.equal([
      { median: 2, least: 2, most: 2, count: 1 },
      undefined,
    ]);
    const result = {
      ...{ drills: [drill], variants: [{ id: 'jwt' }, { id: 'session' }], stores: {} },
      ...{ machine: { cpuModel: '', cores: 1, node: '' }, steadyState: STEADY },
    } as unknown as DrillResult;
    const [rows] = drillSections(result)
      .flatMap(({ blocks }) => blocks)
      .flatMap((block) =>
        'rows' in block && /refresh/.test(JSON.stringify(block)) ? [block.rows] : [],
      );
    expect(rows).to.deep.equal([['jwt', '7', '2', '2', '1', '1', '3']]);
  });

  it('lets an answer in a hundred be missing, and no login be refused', () => {
    expect(judgeRepetition(record(between(1500, 1530, 503)), MARKS, STEADY, null).verdict).to.equal(
      'held',
    );
    const refused = judgeRepetition(record(between(1500, 1510, 401)), MARKS, STEADY, null);
    expect(refused.why).to.equal('1 wrongly refused');
    expect(
      judgeRepetition(record(between(1500, 4000, 401)), MARKS, STEADY, null).lostLogins,
    ).to.equal(1);
  });

  it('deviates where answers are slow, and where an acknowledged write is gone', () => {
    expect(
      judgeRepetition(
        record(undefined, () => 600),
        MARKS,
        STEADY,
        null,
      ).why,
    ).to.match(/before the fault: p99 600 ms/);
    const lost = judgeRepetition({ ...record(), lostWrites: 2 }, MARKS, STEADY, null);
    expect(lost).to.include({ verdict: 'deviated', why: '2 acknowledged writes lost' });
  });

  it('says nothing where the control, the load, or the time before the fault was not as it should be', () => {
    const control = judgeRepetition(record(between(1500, 1600, null)), MARKS, STEADY, null);
    const read = judgeRepetition(record(), MARKS, STEADY, control);
    expect(read.verdict).to.equal('inconclusive');
    expect(read.why).to.match(/^the unbroken control: 3\.3 % of reads failed$/);
    const late = judgeRepetition({ ...record(), lateShare: 0.11 }, MARKS, STEADY, null);
    expect(late.why).to.match(/the sender was late/);
    const before = judgeRepetition(record(between(100, 300, null)), MARKS, STEADY, null);
    expect(before.why).to.match(/^before the fault: 20 % of reads failed$/);
  });
});

describe('all repetitions of a drill', () => {
  const with_ = (verdict: DrillReadings['verdict'], lastWrongSeconds: number | null = null) => {
    const read = judgeRepetition(record(), MARKS, STEADY, null);
    return { ...MARKS, variants: { jwt: { ...read, verdict, lastWrongSeconds } } };
  };

  it('have held only together, and deviated by a majority; those that say nothing are left out', () => {
    const verdictOf = (...verdicts: DrillReadings['verdict'][]) =>
      summariseDrill({ repetitions: verdicts.map((each) => with_(each)) })[0];
    expect(verdictOf('held', 'held', 'inconclusive')).to.include({ verdict: 'held', agreeing: 2 });
    expect(verdictOf('held', 'deviated', 'deviated')).to.include({
      verdict: 'deviated',
      agreeing: 2,
    });
    expect(verdictOf('held', 'deviated')?.verdict).to.equal('inconclusive');
    expect(verdictOf('inconclusive')?.verdict).to.equal('inconclusive');
  });

  it('tell what went on to the end from what was over', () => {
    // Looked at for 3 s after the fault.
    const endOf = (...seconds: number[]) =>
      summariseDrill({ repetitions: seconds.map((each) => with_('deviated', each)) })[0]
        ?.isWrongAtTheEnd;
    expect(endOf(2.9, 2.8, 0.5)).to.equal(true);
    expect(endOf(2.9, 0.5, 0.6)).to.equal(false);
  });

  it('say the middle, the least and the most of what they saw', () => {
    const repetitions = [with_('deviated', 3), with_('deviated', 1), with_('deviated', 2)];
    expect(summariseDrill({ repetitions })[0]?.lastWrongSeconds).to.deep.equal({
      ...{ median: 2, least: 1, most: 3, count: 3 },
    });
  });
});
