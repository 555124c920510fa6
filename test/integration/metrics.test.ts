import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { seedDatabase } from '../../bench/fleet/service-commands.js';
import { startGuardian } from '../../bench/processes/guardian/guardian.js';
import { type RunningService, runEntry, secretFrom, startService } from '../support/service.js';
import { createTestDatabase, createTestRedis, type TestDatabase } from '../support/stores.js';

const TOKEN = secretFrom('operator').toString('base64url');
const DASHBOARD = new URL('../../../deploy/grafana/dashboard.json', import.meta.url);

describe('GET /metrics', () => {
  let database: TestDatabase;
  let redis: Awaited<ReturnType<typeof createTestRedis>>;
  let environment: Record<string, string>;
  let password: string;
  let email: string;
  let service: RunningService | undefined;

  before(async () => {
    database = await createTestDatabase();
    redis = await createTestRedis();
    const guardian = await startGuardian();
    const seeded = await seedDatabase(database.url, { users: 2, posts: 1 }, guardian);
    await guardian.stop();
    password = seeded.password;
    email = seeded.users[0]?.email as string;
    environment = {
      ...{ DATABASE_URL: database.url, REDIS_URL: redis.url, AUTH_STRATEGY: 'session' },
    };
  });
  after(async () => {
    redis?.close();
    await database?.drop();
  });
  afterEach(() => service?.stop());

  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${service?.url}${path}`, init);
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  const logIn = (as: string) =>
    ask('/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password: as }),
    });

  it('counts requests, problems, logins and what stores took', async () => {
    service = await startService({ ...environment, METRICS: 'on' });
    const { headers } = await logIn(password);
    const cookie = headers.get('set-cookie')?.split(';', 1)[0] as string;
    for (let index = 0; index < 3; index++) await ask('/me', { headers: { cookie } });
    await ask('/me');
    await logIn('not the password');
    await ask('/posts/1', { headers: { cookie } });
    await ask('/a/path/that/4711/nobody/has');
    await ask('/livez');
    const { status, text, headers: own } = await ask('/metrics');
    expect(status).to.equal(200);
    expect(own.get('content-type')).to.match(/^text\/plain; version=0\.0\.4/);
    expect(own.get('cache-control')).to.equal('no-store');
    const value = (series: string) =>
      text
        .split('\n')
        .find((line) => line.startsWith(`${series} `))
        ?.split(' ')[1];
    const requests = (labels: string) => value(`http_request_duration_seconds_count{${labels}}`);
    expect(requests('method="GET",route="/me",status="200"')).to.equal('3');
    expect(requests('method="GET",route="/me",status="401"')).to.equal('1');
    expect(requests('method="GET",route="/posts/:id",status="200"')).to.equal('1');
    expect(requests('method="GET",route="none",status="404"')).to.equal('1');
    expect(value('logins_total{outcome="given"}')).to.equal('1');
    expect(value('logins_total{outcome="refused"}')).to.equal('1');
    expect(value('http_problems_total{code="credential_missing"}')).to.equal('1');
    // One to make the login, and one for each request that comes with it.
    expect(value('store_round_trip_seconds_count{store="redis",outcome="answered"}')).to.equal('5');
    expect(
      Number(value('store_round_trip_seconds_count{store="database",outcome="answered"}')),
    ).to.be.within(2, 6);
    expect(value('password_hashes{state="waiting"}')).to.equal('0');
    // Neither machines that ask, nor anything that a client chose.
    expect(text).not.to.match(/livez|4711|\/metrics/);
  });

  it('has every metric and label that the dashboard asks for', async () => {
    service = await startService({ ...environment, METRICS: 'on' });
    await logIn(password);
    await ask('/me');
    const { text } = await ask('/metrics');
    const labelsOf = new Map<string, Set<string>>();
    for (const [, name = '', labels = ''] of text.matchAll(
      /^([a-z_0-9]+)(?:\{([^}]*)\})? \S+$/gm,
    )) {
      const known = labelsOf.get(name) ?? new Set(['instance']);
      labelsOf.set(name, known);
      for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) known.add(label);
    }
    const { panels } = JSON.parse(readFileSync(DASHBOARD, 'utf8')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    const asked = panels.flatMap(({ title, targets }) =>
      targets.map(({ expr }) => ({ title, expr })),
    );
    expect(asked.length).to.be.greaterThan(9);
    for (const { title, expr } of asked) {
      const [name = ''] = /[a-z_0-9]+(?=\{)/.exec(expr) ?? [];
      const known = labelsOf.get(name);
      expect(known, `${title}: ${name}`).not.to.equal(undefined);
      const inside = [...expr.matchAll(/(\w+)=~?"/g)].map(([, label]) => label as string);
      const by = /by \(([^)]*)\)/.exec(expr)?.[1]?.split(', ') ?? [];
      expect([...(known ?? [])], `${title}: ${expr}`).to.include.members([...inside, ...by]);
    }
  });

  it('is not there unless it is asked for', async () => {
    service = await startService(environment);
    expect((await ask('/metrics')).status).to.equal(404);
  });

  it('takes the operator token where others can ask, and does not start without one', async () => {
    const open = { ...environment, METRICS: 'on', TRUST_PROXY: 'on', COOKIE_SECURE: 'off' };
    const refused = await runEntry('main', { ...open, PORT: '0' });
    expect(refused.code).to.equal(1);
    expect(refused.stderr).to.match(/^config_invalid: OPERATOR_TOKEN is required with METRICS=on/);
    service = await startService({ ...open, OPERATOR_TOKEN: TOKEN });
    expect((await ask('/metrics')).status).to.equal(401);
    const wrong = { Authorization: `Operator ${secretFrom('other').toString('base64url')}` };
    expect((await ask('/metrics', { headers: wrong })).status).to.equal(403);
    const right = await ask('/metrics', { headers: { Authorization: `Operator ${TOKEN}` } });
    expect(right.status).to.equal(200);
    expect(right.text).to.include('nodejs_eventloop_lag_p99_seconds');
  });
});
