import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { countOutcomes, judged } from '../../../bench/analyse/drills/judge-repetition.js';
import type { DescribedStrategy } from '../../../bench/model/result-schema.js';
import { type Lane, openLane } from '../../../bench/stage/lane.js';
import type { LaneInstances, StageInstance } from '../../../bench/stage/lane-instances.js';
import { eventually } from '../../support/eventually.js';

/** An instance that errs by a script, and counts how often. */
interface Scripted {
  origin: string;
  /** What it answers to GET /me from now on: one after the other, the last again and again. */
  answers: (number | 'no answer')[];
  counts: Map<number | 'no answer', number>;
  server: Server;
}

async function startScripted(): Promise<Scripted> {
  const scripted: Omit<Scripted, 'origin' | 'server'> = { answers: [200], counts: new Map() };
  const server = createServer((request, response) => {
    request.resume();
    const send = (status: number, body: object = {}, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(status === 204 ? undefined : JSON.stringify(body));
    };
    if (request.url === '/auth/login') {
      send(200, { access_token: 'of a test', token_type: 'Bearer' });
    } else if (request.url === '/auth/logout') {
      send(204);
    } else if (request.url === '/posts') {
      send(201, {}, { location: '/posts/7' });
    } else {
      const next = scripted.answers.length > 1 ? scripted.answers.shift() : scripted.answers[0];
      const answer = next ?? 200;
      scripted.counts.set(answer, (scripted.counts.get(answer) ?? 0) + 1);
      if (answer !== 'no answer') send(answer);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return Object.assign(scripted, { server, origin: `http://127.0.0.1:${port}` });
}

describe('a lane, at an instance that errs a known number of times', () => {
  let scripted: Scripted;
  let lane: Lane;

  beforeEach(async () => {
    scripted = await startScripted();
    const instance = { number: 1, origin: scripted.origin } as StageInstance;
    lane = openLane({
      ...{ id: 'scripted', perSecond: 200, patienceMs: 300, password: 'x', tokenLifeSeconds: null },
      strategy: { stateIn: 'redis', carrier: 'bearer' } as DescribedStrategy,
      instances: { all: [instance] } as unknown as LaneInstances,
      newcomers: [],
      users: [{ id: 1, email: 'a@example.test', name: 'a' }],
    });
    await lane.logIn();
    lane.beginRecord();
    lane.begin();
    await eventually(async () => (scripted.counts.get(200) ?? 0) > 20, 'load');
  });
  afterEach(async () => {
    await lane.stop();
    scripted.server.closeAllConnections();
    scripted.server.close();
  });

  const counted = async () => {
    await lane.pause();
    const { events, written } = lane.takeRecord();
    return { counts: countOutcomes(judged(events)), events, written };
  };

  it('counts every wrong refusal and every missing answer, and nothing else', async () => {
    scripted.answers = [
      ...Array(7).fill(401),
      ...Array(5).fill(503),
      ...Array(3).fill('no answer'),
      200,
    ];
    await eventually(async () => scripted.answers.length === 1, 'the end of the script');
    await delay(100);
    const { counts, events, written } = await counted();
    expect(counts).to.deep.equal({
      right: events.filter((each) => each.type === 'answer').length - 15,
      'wrongly-refused': 7,
      unavailable: 8,
      'wrongly-accepted': 0,
      resurrected: 0,
      unexpected: 0,
    });
    const writes = events.filter((each) => each.type === 'answer' && each.what === 'write');
    expect(written).to.have.length(writes.length);
  });

  it('counts every answer to a login that was ended, before the first refusal and after it', async () => {
    await lane.pause();
    lane.beginRecord();
    const before = new Map(scripted.counts);
    const person = lane.people()[0] ?? expect.fail('nobody is logged in');
    expect(await lane.endLogin(person, { method: 'POST', path: '/auth/logout' })).to.equal(204);
    scripted.answers = [...Array(9).fill(200), ...Array(4).fill(401), ...Array(6).fill(200), 401];
    lane.begin();
    await eventually(async () => scripted.answers.length === 1, 'the end of the script');
    await delay(50);
    const { counts } = await counted();
    const refused = (scripted.counts.get(401) ?? 0) - (before.get(401) ?? 0);
    // Answers may overtake each other by a request or two at an edge; of one connection at a time they do not.
    expect(counts).to.deep.equal({
      right: refused,
      'wrongly-accepted': 9,
      resurrected: 6,
      'wrongly-refused': 0,
      unavailable: 0,
      unexpected: 0,
    });
  });
});
