import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Fleet, serviceCompanion, startFleet } from '../../../bench/fleet/fleet.js';
import { seedDatabase } from '../../../bench/fleet/service-commands.js';
import { workloadNamed } from '../../../bench/load/workloads/registry.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { isRunning, readStartTime } from '../../../bench/processes/process-identity.js';
import { connectTrial } from '../../../bench/trial/trial-connections.js';
import { eventually } from '../../support/eventually.js';
import { createTestDatabase, type TestDatabase } from '../../support/stores.js';

describe('a fleet', () => {
  let database: TestDatabase;
  let guardian: Guardian;
  let fleet: Fleet | undefined;
  /** An instance serves as a companion as well as any process that listens. */
  const start = async (companions: 'main'[], instances = 1): Promise<Fleet> => {
    const environment = {
      DATABASE_URL: database.url,
      AUTH_STRATEGY: 'none',
      LOG_LEVEL: 'silent',
      MARK: 'shared',
    };
    fleet = await startFleet({
      ...{ strategy: 'none', instances, environment, guardian },
      companions: companions.map(serviceCompanion),
    });
    return fleet;
  };

  before(async () => {
    database = await createTestDatabase();
  });
  after(() => database.drop());
  beforeEach(async () => {
    guardian = await startGuardian();
  });
  afterEach(async () => {
    await fleet?.stop();
    fleet = undefined;
    await guardian.stop();
  });

  it('starts companions before the instances and tells these where they are', async function () {
    const { companions, instances } = await start(['main'], 2);
    const [companion] = companions;
    expect((await fetch(`${companion?.origin}/livez`)).status).to.equal(200);
    if (process.platform !== 'linux') this.skip();
    for (const { pid } of instances) {
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      expect(environment).to.include.members([`MAIN_URL=${companion?.origin}`, 'MARK=shared']);
    }
    const own = readFileSync(`/proc/${companion?.pid}/environ`, 'utf8').split('\0');
    expect(own).to.include.members(['HOST=127.0.0.1', 'PORT=0', 'MARK=shared']);
  });

  it('says of each process the tier that it was started as, and guesses none', async () => {
    const { processes, instances, companions } = await start(['main']);
    expect(processes).to.deep.equal([
      { tier: 'application', name: 'instance 1', pid: instances[0]?.pid },
      { tier: 'main', name: 'main', pid: companions[0]?.pid },
    ]);
  });

  it('starts a prediction server after the instances, which know where it is, and stops it', async () => {
    const environment = {
      DATABASE_URL: database.url,
      LOG_LEVEL: 'silent',
      PREDICTION: 'server',
    };
    const options = { strategy: 'none', instances: 2, environment, guardian };
    fleet = await startFleet(options);
    const seeded = await seedDatabase(database.url, { users: 1, posts: 1 }, guardian);
    const [server] = fleet.companions;
    expect(server?.name).to.equal('prediction-server');
    expect(fleet.processes.at(-1)).to.deep.equal({
      ...{ tier: 'prediction', name: 'prediction-server', pid: server?.pid },
    });
    const { id, email, name } = seeded.users[0] ?? {};
    const token = Buffer.from(JSON.stringify({ id, email, name })).toString('base64url');
    const origins = [...fleet.instances, ...fleet.companions].map(({ origin }) => origin);
    for (const origin of origins) {
      const answer = await fetch(`${origin}/predictions`, {
        method: 'POST',
        headers: { authorization: `Unverified ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ text: 'Thanks for the help with the server.' }),
      });
      expect(answer.status).to.equal(200);
    }
    const pid = server?.pid as number;
    const startTime = readStartTime(pid);
    await fleet.stop();
    expect(isRunning(pid, startTime)).to.equal(false);
    expect(fleet.lost()).to.equal(null);
  });

  it('is lost when a companion is', async () => {
    const running = await start(['main']);
    const heard = new Promise<string>((resolve) => running.onLost(resolve));
    process.kill(running.companions[0]?.pid as number, 'SIGKILL');
    expect(await heard).to.equal('the main ended with SIGKILL');
    expect(running.lost()).to.equal('the main ended with SIGKILL');
  });

  it('stops its companions with the instances, and counts that as no loss', async () => {
    const running = await start(['main']);
    const pids = [...running.instances, ...running.companions].map(({ pid }) => pid);
    const startTimes = pids.map(readStartTime);
    await running.stop();
    pids.forEach((pid, index) => {
      expect(isRunning(pid, startTimes[index] ?? null), `process ${pid}`).to.equal(false);
    });
    expect(running.lost()).to.equal(null);
  });

  it('has its companions watched by the guardian', async () => {
    const running = await start(['main']);
    const pid = running.companions[0]?.pid as number;
    const startTime = readStartTime(pid);
    await guardian.stop();
    await eventually(async () => !isRunning(pid, startTime), 'the companion ended');
  });

  it('logs the users of each connection in at its own instance where state lies there', async () => {
    const seeded = await seedDatabase(database.url, { users: 6, posts: 1 }, guardian);
    const { instances } = await start([], 2);
    const { connections, probes } = await connectTrial({
      strategy: { stateIn: 'instance' },
      workload: workloadNamed('me'),
      config: { users: 6, connections: 5 },
      seeded,
      credentials: [],
      origins: instances.map(({ origin }) => origin),
      signal: new AbortController().signal,
    });
    expect(connections.map(({ instance, user }) => [instance, user.id])).to.deep.equal(
      seeded.users.slice(0, 5).map(({ id }, index) => [index % 2, id]),
    );
    for (const { origin } of instances) {
      // Users 1, 3, 5 at the first; 2 and 4 at the second, and the first user for the probe.
      const { requests } = (await (await fetch(`${origin}/counters`)).json()) as {
        requests: unknown;
      };
      expect(requests).to.deep.equal({ completed: 3, byStatus: { 200: 3 } });
    }
    for (const connection of [...connections, ...probes]) {
      const answer = await fetch(`${connection.origin}/me`, { headers: connection.credential });
      expect(await answer.json()).to.include({ id: connection.user.id });
    }
    expect(probes.map(({ user }) => user.id)).to.deep.equal([1, 1].map(() => seeded.users[0]?.id));
  });
});
