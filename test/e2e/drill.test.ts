import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type DrillResult, drillResultSchema } from '../../bench/model/drill-schema.js';
import { readStat } from '../../bench/processes/process-identity.js';
import type { StageAnswer } from '../../bench/stage/ledger.js';
import { type LabRun, startLab } from '../support/lab.js';
import { descendantsOf, isAlive, type ProcessFound } from '../support/process-tree.js';

const STRATEGIES = 'session,jwt,session-memory';

describe('lab drill', function () {
  this.timeout(180_000);
  let out: string;

  before(function () {
    if (process.platform !== 'linux') this.skip();
  });
  beforeEach(async () => {
    out = await mkdtemp(join(tmpdir(), 'lab-drill-'));
  });
  afterEach(() => rm(out, { recursive: true, force: true }));

  const start = (...words: string[]) => startWith(STRATEGIES, words);
  /** Where the figures do not matter: each strategy is two instances to start, and as many of the control. */
  const startSmall = (...words: string[]) => startWith('jwt', words);
  const startWith = (strategies: string, words: string[], environment = {}) => {
    const run = ['--strategies', strategies, '--repetitions', '1', '--out', out];
    return startLab(['drill', ...words, ...run], environment);
  };

  async function readOnly(): Promise<{ folder: string; result: DrillResult }> {
    const [name] = await readdir(out);
    const folder = join(out, name as string);
    const text = await readFile(join(folder, 'drill.json'), 'utf8');
    return { folder, result: drillResultSchema.parse(JSON.parse(text)) };
  }

  function readingsOf({ drills }: DrillResult, drill: string, variant: string) {
    const record = drills.find(({ name }) => name === drill);
    return record?.repetitions[0]?.variants[variant] ?? expect.fail(`${drill}: no ${variant}`);
  }

  it('says who held, who did not, and for how long; fails on conditions; its counts are those of the events', async () => {
    const gate = 'session.logout-one.accepted>0,session.redis-kill.logins>9';
    const lab = start('redis-kill', 'postgres-freeze', 'logout-one', '--fail-on', gate);
    // On a machine that is so busy that the control did not hold, nothing is decided, and that is said.
    expect(await lab.ended, lab.stderr()).to.be.oneOf([1, 2]);
    expect(lab.stderr()).to.match(
      /CONDITION_(BROKEN: Fails on session\.redis-kill\.logins>9 \(session: \d+\)|UNDECIDED)/,
    );
    const { folder, result } = await readOnly();
    expect(result.partial).to.equal(false);
    // Redis comes back empty: sessions in it are lost, and tokens never ask it.
    const lost = readingsOf(result, 'redis-kill', 'session');
    expect(lost.verdict, lost.why ?? '').to.be.oneOf(['deviated', 'inconclusive']);
    expect(lost.lostLogins).to.be.within(15, 20);
    expect(lost.outcomes.unavailable).to.be.greaterThan(50);
    for (const variant of ['jwt', 'session-memory', 'control']) {
      const { outcomes, lostLogins, byKind } = readingsOf(result, 'redis-kill', variant);
      expect(outcomes['wrongly-refused'] + lostLogins, variant).to.equal(0);
      expect(byKind.read.missing, variant).to.equal(0);
    }
    // Nobody is refused for a database that does not answer, and no write is lost.
    for (const variant of ['session', 'jwt', 'session-memory']) {
      const { outcomes, lostWrites } = readingsOf(result, 'postgres-freeze', variant);
      expect(outcomes.unavailable, variant).to.be.greaterThan(5);
      expect(outcomes['wrongly-refused'] + lostWrites, variant).to.equal(0);
    }
    // A token works until it ends, and no longer.
    expect(readingsOf(result, 'logout-one', 'session').outcomes['wrongly-accepted']).to.equal(0);
    const token = readingsOf(result, 'logout-one', 'jwt');
    expect(token.outcomes['wrongly-accepted']).to.be.greaterThan(50);
    expect(token.lastWrongSeconds).to.be.within(1, 6);

    for (const { name, repetitions } of result.drills) {
      const packed = await readFile(join(folder, `events-${name}.ndjson.gz`));
      const events = gunzipSync(packed)
        .toString()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      const { faultMs = 0, variants = {} } = repetitions[0] ?? {};
      for (const [variant, { outcomes }] of Object.entries(variants)) {
        const answers: StageAnswer[] = events.filter(
          ({ lane, type, atMs }) => lane === variant && type === 'answer' && atMs >= faultMs,
        );
        const missing = answers.filter(({ status }) => status === null || status >= 500);
        expect(outcomes.unavailable, `${name} ${variant}`).to.equal(missing.length);
        const all = Object.values(outcomes).reduce((sum, count) => sum + count, 0);
        expect(all, `${name} ${variant}`).to.equal(answers.length);
      }
    }
    const html = await readFile(join(folder, 'report.html'), 'utf8');
    expect(html)
      .to.include('redis-kill')
      .and.not.to.match(/<script|https?:\/\/(?!www\.w3\.org)/);
    expect(await readFile(join(folder, 'report.md'), 'utf8')).to.include('| session |');
  });

  it('counts what became of each refresh token after a failover of PostgreSQL, with the replica in step and without', async () => {
    const lab = startWith('session,jwt', [
      ...['database-failover', 'database-stale-failover', '--postgres', 'primary:1+1'],
      ...['--fail-on', 'jwt.database-failover.wrong>0'],
    ]);
    // Only a control that did not hold leaves that undecided.
    expect(await lab.ended, lab.stderr()).to.be.oneOf([0, 2]);
    const { folder, result } = await readOnly();
    // Of 20 people 10 have renewed and 5 have logged out: 15 new or untouched tokens, 15 ended ones.
    expect(readingsOf(result, 'database-failover', 'jwt').refreshTokens).to.deep.equal({
      ...{ presented: 30, lost: 0, acceptedAgain: 0, openedAgain: 0, unanswered: 0 },
    });
    expect(readingsOf(result, 'database-stale-failover', 'jwt').refreshTokens).to.deep.equal({
      ...{ presented: 30, lost: 10, acceptedAgain: 5, openedAgain: 5, unanswered: 0 },
    });
    for (const variant of ['session', 'control']) {
      for (const drill of ['database-failover', 'database-stale-failover']) {
        const { outcomes, refreshTokens } = readingsOf(result, drill, variant);
        expect(refreshTokens, variant).to.equal(undefined);
        expect(outcomes['wrongly-refused'] + outcomes['wrongly-accepted'], variant).to.equal(0);
      }
    }
    const report = await readFile(join(folder, 'report.md'), 'utf8');
    expect(report).to.match(/\| jwt \| 30 \| 10 \| 5 \| 5 \| 0 \| \d+ \|/);
  });

  it('refuses before the start what cannot be drilled', async () => {
    const unknown = start('redis-frezee');
    expect(await unknown.ended).to.equal(2);
    expect(unknown.stderr()).to.match(/^DRILL_UNKNOWN: .*did you mean redis-freeze\?/);
    const condition = start('redis-flush', '--fail-on', 'session.redis-kill.wrong>0');
    expect(await condition.ended).to.equal(2);
    expect(condition.stderr()).to.match(/^CONDITION_INVALID: .*"redis-kill" is none of the drills/);
    const alone = start('database-failover');
    expect(await alone.ended).to.equal(2);
    expect(alone.stderr()).to.match(/^DRILL_UNAVAILABLE: .* take --postgres primary:1\+1\.\n/);
    const several = start('database-failover', '--postgres', 'primary:2+1');
    expect(await several.ended).to.equal(2);
    expect(several.stderr()).to.match(/^OPTION_INVALID: --postgres is one, or primary:1\+REPLICAS/);
    const given = { REDIS_URL: 'redis://127.0.0.1:1' };
    const theirs = startWith(STRATEGIES, ['redis-kill'], given);
    expect(await theirs.ended).to.equal(2);
    expect(theirs.stderr()).to.match(/^STORES_NOT_OWN: .*Unset REDIS_URL/);
    expect(await readdir(out)).to.deep.equal([]);
  });

  for (const fault of ['postgres-freeze', 'instance-freeze']) {
    it(`leaves nothing behind after kill -9 in the middle of ${fault}`, async () => {
      const lab = startSmall(fault);
      const seen = await untilFrozen(lab);
      process.kill(lab.pid, 'SIGKILL');
      await lab.ended;
      const left = () => seen.filter(isAlive).map(({ command }) => command);
      for (let look = 0; look < 150 && left().length > 0; look++) await sleep(100);
      expect(left()).to.deep.equal([]);
    });
  }

  for (const [signal, code] of [
    ['SIGKILL', null],
    ['SIGINT', 130],
  ] as const) {
    it(`leaves nothing behind after ${signal} while a replica of PostgreSQL has taken over`, async () => {
      const lab = startSmall('database-failover', '--postgres', 'primary:1+1');
      const seen = await untilPrimaryIsGone(lab);
      process.kill(lab.pid, signal);
      expect(await lab.ended, lab.stderr()).to.equal(code);
      // Also who was started while everything was undone: each has a file in a folder of the run.
      const [folder = ''] = seen.flatMap(({ command }) => DATA_FOLDER.exec(command)?.[1] ?? []);
      const left = () => [
        ...seen.filter(isAlive).map(({ command }) => command),
        ...(existsSync(folder) ? [folder] : []),
      ];
      for (let look = 0; look < 200 && left().length > 0; look++) await sleep(100);
      expect(left()).to.deep.equal([]);
    });
  }

  it('undoes everything on Ctrl-C, and says that the result is cut short', async () => {
    const lab = startSmall('redis-freeze');
    const seen = await untilFrozen(lab);
    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended, lab.stderr()).to.equal(130);
    for (let look = 0; look < 50 && seen.some(isAlive); look++) await sleep(100);
    expect(seen.filter(isAlive)).to.deep.equal([]);
    expect((await readOnly()).result.partial).to.equal(true);
  });
});

/** Of the first PostgreSQL of several: the folder of the run. */
const DATA_FOLDER = /-D (\S+)\/postgres-1\/data/;

/** All processes of a lab, when the first primary has been killed that was there before. */
async function untilPrimaryIsGone(lab: LabRun): Promise<ProcessFound[]> {
  let seen: ProcessFound[] = [];
  for (let look = 0; look < 1200; look++) {
    const found = descendantsOf(lab.pid);
    const isThere = found.some(({ command }) => DATA_FOLDER.test(command));
    // The folder is known from before.
    if (!isThere && seen.length > 0) return [...seen, ...found];
    if (isThere) seen = found;
    await sleep(50);
  }
  throw new Error(`no primary was killed within a minute: ${lab.stdout()} ${lab.stderr()}`);
}

/** All processes of a lab, when the first of them stands still. */
async function untilFrozen(lab: LabRun): Promise<ProcessFound[]> {
  for (let look = 0; look < 1200; look++) {
    const found = descendantsOf(lab.pid);
    if (found.some(({ pid }) => readStat(pid)?.state === 'T')) return found;
    await sleep(50);
  }
  throw new Error(`nothing was frozen within a minute: ${lab.stdout()} ${lab.stderr()}`);
}
