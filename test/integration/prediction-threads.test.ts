import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { pino } from 'pino';
import type { Predictor } from '../../src/prediction/predictor.js';
import { openThreads } from '../../src/prediction/threads.js';
import { AppError } from '../../src/server/errors.js';
import { eventually } from '../support/eventually.js';

const QUESTION = {
  text: 'We met last night and talked about the new version of the server. '.repeat(300),
  passages: 3,
};
const TIMEOUT_MS = 500;
/** Some tens of milliseconds each: more than the threads can do within the timeout. */
const QUESTIONS = 60 * availableParallelism();

describe('predictions in threads', () => {
  let predictor: Predictor;
  const predict = () =>
    predictor.predict(QUESTION, { authorization: undefined, cookie: undefined });
  const isAnswered = () =>
    predict().then(
      () => true,
      () => false,
    );

  before(() => {
    predictor = openThreads({
      url: undefined,
      timeoutMs: TIMEOUT_MS,
      log: pino({ level: 'silent' }),
    });
  });
  after(() => predictor.close());

  it('answer in the order in which they were asked, whoever comes meanwhile', async () => {
    await eventually(isAnswered, 'a thread is there', 10_000);
    let asked = 0;
    const answered: number[] = [];
    const askAgainAndAgain = async (_: unknown, client: number) => {
      for (let turn = 0; turn < 15; turn++) {
        // Out of step, so that new ones come while others wait.
        await sleep(7 * client);
        const number = asked++;
        await predict();
        answered.push(number);
      }
    };
    const clients = availableParallelism() + 4;
    await Promise.all(Array.from({ length: clients }, askAgainAndAgain));
    for (const [place, number] of answered.entries()) {
      const overtook = answered.slice(0, place).filter((earlier) => earlier > number);
      // Those in two threads may end in either order.
      expect(overtook, `before ${number}`).to.have.lengthOf.at.most(availableParallelism() - 1);
    }
  });

  it('refuse what no thread came to in time, and answer again when there is less to do', async () => {
    await eventually(isAnswered, 'a thread is there', 10_000);
    const outcomes = await Promise.allSettled(Array.from({ length: QUESTIONS }, predict));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.not.have.length(0);
    const refusals = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason] : [],
    );
    expect(refusals).to.not.have.length(0);
    for (const refusal of refusals) {
      expect(refusal).to.be.instanceOf(AppError);
      expect(refusal).to.include({ code: 'prediction_unavailable' });
      expect(refusal.headers).to.include({ 'Retry-After': '1' });
    }
    expect(await isAnswered()).to.equal(true);
  });
});
