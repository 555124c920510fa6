import { expect } from 'chai';
import type { Outcome } from '../../../bench/model/outcomes.js';
import { openLedger, type StageAnswer, type StageEvent } from '../../../bench/stage/ledger.js';

const login = (number: number, endsAtMs: number | null = null): StageEvent => ({
  ...{ type: 'login', login: number, atMs: 0, endsAtMs },
});
const ending = (number: number, atMs: number): StageEvent => ({
  type: 'ending',
  login: number,
  atMs,
});
const ended = (number: number, atMs: number): StageEvent => ({
  type: 'ended',
  login: number,
  atMs,
});
const answer = (
  status: number | null,
  sentMs: number,
  atMs = sentMs + 5,
  more: Partial<StageAnswer> = {},
): StageAnswer => ({
  ...{
    type: 'answer',
    login: 1,
    instance: 1,
    what: 'read',
    plannedMs: sentMs,
    sentMs,
    atMs,
    status,
  },
  ...more,
});

/** What each answer was. */
function outcomesOf(...events: StageEvent[]): Outcome[] {
  const ledger = openLedger();
  return events.flatMap((event) => ledger.record(event) ?? []);
}

describe('the ledger', () => {
  it('takes an answer to a good login for right, and a refusal of it for wrong', () => {
    expect(outcomesOf(login(1), answer(200, 10), answer(201, 20), answer(401, 30))).to.deep.equal([
      ...['right', 'right', 'wrongly-refused'],
    ]);
  });

  it('takes a 400 for the refusal of a refresh token, and for nothing else', () => {
    const refresh = (status: number, sentMs: number) =>
      answer(status, sentMs, sentMs + 5, { what: 'refresh' });
    expect(
      outcomesOf(login(1), refresh(200, 10), refresh(400, 20), refresh(401, 30), answer(400, 40)),
    ).to.deep.equal(['right', 'wrongly-refused', 'unexpected', 'unexpected']);
    expect(
      outcomesOf(login(1), ending(1, 10), ended(1, 20), refresh(200, 30), refresh(400, 40)),
    ).to.deep.equal(['wrongly-accepted', 'right']);
  });

  it('expects a third party to be refused what it was not given, and a lost login to be told from that', () => {
    const asked = (status: number | null) => answer(status, 10, 15, { isForbidden: true });
    expect(outcomesOf(login(1), ...[403, 200, 401, 503, 404].map(asked))).to.deep.equal([
      ...['right', 'wrongly-accepted', 'wrongly-refused', 'unavailable', 'unexpected'],
    ]);
  });

  it('calls no answer, and one that says "not now", unavailable, whatever would have been right', () => {
    const statuses = [null, 503, 500, 429, 408];
    const outcomes = outcomesOf(login(1), ...statuses.map((status) => answer(status, 10)));
    expect(outcomes).to.deep.equal(statuses.map(() => 'unavailable'));
    expect(outcomesOf(login(1), ending(1, 1), ended(1, 2), answer(503, 10))).to.deep.equal([
      'unavailable',
    ]);
  });

  it('takes either answer for right while a logout is under way', () => {
    const outcomes = outcomesOf(
      login(1),
      ending(1, 100),
      // Sent before it was acknowledged.
      answer(200, 95, 105),
      answer(401, 98, 106),
      ended(1, 110),
      answer(200, 109, 115),
      answer(401, 109, 116),
    );
    expect(outcomes).to.deep.equal(['right', 'right', 'right', 'right']);
  });

  it('takes a refusal that came before the logout was asked for, for wrong', () => {
    expect(outcomesOf(login(1), answer(401, 80, 90), ending(1, 100))).to.deep.equal([
      'wrongly-refused',
    ]);
  });

  it('tells a login that was never refused from one that came back', () => {
    const outcomes = outcomesOf(
      login(1),
      ending(1, 100),
      ended(1, 110),
      answer(200, 120),
      answer(401, 130),
      answer(200, 140),
    );
    expect(outcomes).to.deep.equal(['wrongly-accepted', 'right', 'resurrected']);
  });

  it('asks of each instance by itself whether a login came back', () => {
    const outcomes = outcomesOf(
      login(1),
      ending(1, 100),
      ended(1, 110),
      answer(401, 120, 125, { instance: 1 }),
      answer(200, 130, 135, { instance: 2 }),
      answer(200, 140, 145, { instance: 1 }),
    );
    expect(outcomes).to.deep.equal(['right', 'wrongly-accepted', 'resurrected']);
  });

  it('expects a token to be refused when its time is up, and an ended one even then', () => {
    expect(outcomesOf(login(1, 100), answer(401, 98, 103), answer(401, 150))).to.deep.equal([
      ...['right', 'right'],
    ]);
    expect(outcomesOf(login(1, 100), ending(1, 50), ended(1, 60), answer(200, 120))).to.deep.equal([
      'wrongly-accepted',
    ]);
  });

  it('keeps logins apart, and says so of one that it was never told of', () => {
    const other = { login: 2 };
    expect(
      outcomesOf(login(1), login(2), ending(1, 1), ended(1, 2), answer(200, 10, 15, other)),
    ).to.deep.equal(['right']);
    expect(() => openLedger().record(answer(200, 10))).to.throw('login 1 was never begun');
  });

  it('calls what is none of these unexpected', () => {
    expect(outcomesOf(login(1), answer(404, 10), answer(400, 20))).to.deep.equal([
      ...['unexpected', 'unexpected'],
    ]);
  });
});
