import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { expect } from 'chai';
import { ApiClient } from '../support/api-client.js';
import { eventually } from '../support/eventually.js';
import { type RunningService, startService } from '../support/service.js';
import { createTestDatabase, type TestDatabase } from '../support/stores.js';

describe('leaving on a signal', () => {
  let database: TestDatabase;
  let service: RunningService;

  before(async () => {
    database = await createTestDatabase();
  });

  after(() => database?.drop());

  beforeEach(async () => {
    service = await startService({ AUTH_STRATEGY: 'jwt', DATABASE_URL: database.url });
  });

  afterEach(() => service?.stop());

  /** A registration whose body is not complete yet: in flight for as long as the test likes. */
  function openRequest() {
    const body = JSON.stringify({
      email: `slow.${Date.now()}@example.test`,
      name: 'Slow',
      password: 'long enough',
    });
    const request = httpRequest(`${service.url}/users`, {
      method: 'POST',
      agent: new Agent({ keepAlive: true }),
      headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
    });
    const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
    // Cut connections are expected by some tests.
    answer.catch(() => {});
    request.write(body.slice(0, 10));
    return { answer, finish: () => request.end(body.slice(10)) };
  }

  const refusesConnections = () =>
    eventually(
      () =>
        fetch(`${service.url}/livez`).then(
          () => false,
          () => true,
        ),
      'no new connections',
    );

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    it(`on ${signal} finishes the request in flight, closes its connection and exits with 0`, async () => {
      const slow = openRequest();
      // Its bytes are on the way before this answer is.
      await new ApiClient(service.url).call('GET', '/livez');
      service.signal(signal);
      await refusesConnections();
      slow.finish();
      const response = await slow.answer;
      response.resume();
      expect(response.statusCode).to.equal(201);
      expect(response.headers.connection).to.equal('close');
      expect(await service.exited).to.equal(0);
    });
  }

  it('does not wait for connections that are only kept alive', async () => {
    const agent = new Agent({ keepAlive: true });
    const request = httpRequest(`${service.url}/livez`, { agent }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
    const startedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).to.equal(0);
    expect(performance.now() - startedAt).to.be.below(1500);
    agent.destroy();
  });

  it('leaves within five seconds whatever is still in flight', async () => {
    openRequest();
    await new ApiClient(service.url).call('GET', '/livez');
    const startedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).to.equal(0);
    expect(performance.now() - startedAt).to.be.within(3000, 5000);
  });

  it('leaves at once at the second signal', async () => {
    openRequest();
    await new ApiClient(service.url).call('GET', '/livez');
    service.signal('SIGTERM');
    await refusesConnections();
    const startedAt = performance.now();
    service.signal('SIGTERM');
    expect(await service.exited).to.equal(1);
    expect(performance.now() - startedAt).to.be.below(1000);
  });
});
