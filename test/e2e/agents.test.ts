/** Load from other machines, end to end: hosts with addresses of their own, in network namespaces of the test. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Result, resultSchema } from '../../bench/model/result-schema.js';
import { type Host, type Network, openNetwork, whyNoNetwork } from '../support/agents/network.js';
import { untilPasses } from '../support/eventually.js';
import { type LabRun, startLab, startScript } from '../support/lab.js';
import { AUTHORITY_SECRET, TOKEN_SECRET } from '../support/service.js';

const TOKEN = { LAB_AGENT_TOKEN: 'a token that nobody guesses' };
const PORT = 7070;
const SECRETS = {
  TOKEN_SECRET: TOKEN_SECRET.toString('base64url'),
  AUTHORITY_SECRET: AUTHORITY_SECRET.toString('base64url'),
  LOG_LEVEL: 'silent',
};
/** Verifying is remembered by one and costs the other three times what the rest of a request does. */
const TARGETS = { cached: 'jwt-cached', signed: 'jwt-eddsa' } as const;
/** AGENT_TRIES=5 is what docs/agents.md tells of: a minute and a half. */
const TRIES = Number(process.env.AGENT_TRIES ?? 2);
const ROUNDS = 4;

function entry(name: string): string {
  return fileURLToPath(new URL(`../../src/${name}.js`, import.meta.url));
}

describe('lab compare --agents, end to end', function () {
  this.timeout(300_000);
  let network: Network | undefined;
  let folder: string;
  let lab: Host;
  let service: Host;
  let agentHosts: Host[];
  let targets: string[] = [];
  const servers: LabRun[] = [];

  before(async function () {
    const why = whyNoNetwork();
    if (why !== null) {
      process.stdout.write(`      skipped: ${why}\n`);
      this.skip();
    }
    folder = await mkdtemp(join(tmpdir(), 'lab-agents-'));
    network = await openNetwork(4);
    [lab, service, ...agentHosts] = network.hosts as [Host, Host, Host, Host];
    const stores = startLab(['stores'], {}, { as: { through: service.through } });
    servers.push(stores);
    await stores.printed(/Press Ctrl-C/);
    const url = (name: string) => new RegExp(`export ${name}='(.*)'`).exec(stores.stdout())?.[1];
    const environment = {
      ...{ DATABASE_URL: url('DATABASE_URL'), REDIS_URL: url('REDIS_URL'), ...SECRETS },
      ...{ HOST: service.address, COOKIE_SECURE: 'off', STORE_TIMEOUT_MS: '5000' },
    };
    const run = (name: string, more: object) =>
      startScript(entry(name), [], {
        through: service.through,
        environment: { ...environment, ...more },
      });
    for (const [name, more] of [
      ['migrate', {}],
      ['seed', { SEED_USERS: '30', SEED_POSTS: '100' }],
    ] as const) {
      const work = run(name, more);
      expect(await work.ended, work.stderr()).to.equal(0);
    }
    for (const [index, [name, AUTH_STRATEGY]] of Object.entries(TARGETS).entries()) {
      const server = run('main', { AUTH_STRATEGY, PORT: String(3001 + index) });
      servers.push(server);
      await server.printed(/"listening"/);
      targets.push('--target', `${name}=http://${service.address}:${3001 + index}`);
    }
    targets = [...targets, '--allow', `${service.address}`];
  });
  after(async () => {
    for (const server of servers.reverse()) {
      server.child.kill('SIGTERM');
      await server.ended;
    }
    await network?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  function compare(words: readonly string[], out: string): LabRun {
    const load = ['--workloads', 'me', '--connections', '20', '--warm-up', '0.5', '--seed', '7'];
    return startLab(
      ['compare', ...targets, ...load, ...words, '--out', join(folder, out)],
      { ...TOKEN },
      { as: { through: lab.through } },
    );
  }

  function startAgent(host: Host, name: string, words: readonly string[] = []): LabRun {
    const allow = ['--allow', service.address];
    const dial = ['--lab', `ws://${lab.address}:${PORT}`, '--name', name, '--wait', '120'];
    return startLab(
      ['agent', ...dial, '--shards', '1', ...(words.length > 0 ? words : allow)],
      { ...TOKEN },
      { as: { through: host.through } },
    );
  }

  const WITH_AGENTS = ['--agents', '2', '--listen', `10.77.0.1:${PORT}`];

  /** In the second trial: it takes some seconds to begin, and measures for six. */
  async function untilMeasuring(run: LabRun): Promise<void> {
    await run.printed(/\[2\/6\]/);
    await delay(4000);
  }

  async function resultIn(out: string): Promise<Result> {
    const [run] = (await readdir(join(folder, out))).filter((name) => name.startsWith('20'));
    const text = await readFile(join(folder, out, run as string, 'result.json'), 'utf8');
    return resultSchema.parse(JSON.parse(text));
  }

  const verdictOf = ({ comparisons }: Result) =>
    comparisons.find(({ metric }) => metric === 'throughput')?.verdict;

  it(`gives the verdict of a local run with two agents, in ${TRIES} of ${TRIES} tries`, async function () {
    this.timeout(900_000);
    const length = ['--rounds', String(ROUNDS), '--seconds', '1'];
    const local = compare(length, 'local');
    expect(await local.ended, local.stderr()).to.equal(0);
    const verdict = verdictOf(await resultIn('local'));
    expect(verdict).to.equal('slower');
    for (let attempt = 1; attempt <= TRIES; attempt++) {
      const agents = agentHosts.map((host, index) => startAgent(host, `host-${index + 1}`));
      const run = compare([...length, ...WITH_AGENTS], `try-${attempt}`);
      expect(await run.ended, run.stderr() + run.stdout()).to.equal(0);
      expect(await Promise.all(agents.map(({ ended }) => ended))).to.deep.equal([0, 0]);
      const result = await resultIn(`try-${attempt}`);
      const invalid = result.trials.flatMap(({ invalidReasons }) => invalidReasons);
      expect(verdictOf(result), JSON.stringify({ attempt, invalid })).to.equal(verdict);
      expect(result.environment.agents?.map(({ name }) => name)).to.have.members([
        'host-1',
        'host-2',
      ]);
      for (const { agents: senders = [], requests, processes } of result.trials) {
        const sent = senders.map((each) => each.requests);
        expect(sent.reduce((sum, each) => sum + each, 0)).to.equal(requests);
        expect(Math.min(...sent) / requests).to.be.above(0.2);
        expect(processes.filter(({ agent }) => agent !== undefined)).to.have.lengthOf(4);
      }
    }
  });

  it('makes the trials invalid in which an agent is cut off, and goes on with the other', async () => {
    const [stays, goes] = agentHosts as [Host, Host];
    const agents = [startAgent(stays, 'stays'), startAgent(goes, 'goes')];
    const words = ['--rounds', '3', '--seconds', '3', ...WITH_AGENTS];
    const run = compare(words, 'cut');
    try {
      await untilMeasuring(run);
      goes.cable(false);
      expect(await run.ended, run.stderr() + run.stdout()).to.equal(0);
      const result = await resultIn('cut');
      expect(result.partial).to.equal(false);
      expect(result.trials).to.have.lengthOf(6);
      const lost = result.trials.filter(({ invalidReasons }) =>
        invalidReasons.some(({ code }) => code === 'agent-lost'),
      );
      expect(lost.length).to.be.within(1, 4);
      for (const { valid, invalidReasons } of lost) {
        expect(valid).to.equal(false);
        expect(invalidReasons[0]?.message).to.match(/goes was lost: not heard of for 3 s/);
      }
      const [last] = result.trials.slice(-1);
      expect(last?.agents?.map(({ name }) => name)).to.deep.equal(['stays']);
      expect(last?.connections).to.equal(20);
      expect(await (agents[0] as LabRun).ended).to.equal(0);
    } finally {
      goes.cable(true);
      for (const agent of agents) agent.child.kill('SIGTERM');
      await Promise.all(agents.map(({ ended }) => ended));
    }
    expect(agents[1]?.stdout()).to.match(/The lab was lost/);
  });

  it('makes the trials invalid in which an agent is killed, and goes on with the other', async () => {
    const agents = agentHosts.map((host, index) => startAgent(host, `host-${index + 1}`));
    const run = compare(['--rounds', '3', '--seconds', '3', ...WITH_AGENTS], 'killed');
    await untilMeasuring(run);
    agents[1]?.child.kill('SIGKILL');
    expect(await run.ended, run.stderr() + run.stdout()).to.equal(0);
    const result = await resultIn('killed');
    expect(result.trials).to.have.lengthOf(6);
    const codes = result.trials.map(({ invalidReasons }) => invalidReasons[0]?.code);
    expect(codes).to.include('agent-lost');
    expect(result.trials.at(-1)?.agents).to.have.lengthOf(1);
    expect(await agents[0]?.ended).to.equal(0);
  });

  it('ends in one line where an agent does not send to a target, before any load', async () => {
    const agents = agentHosts.map((host, index) =>
      startAgent(host, `host-${index + 1}`, [
        '--allow',
        index === 0 ? '10.77.0.0/24' : '10.78.0.0/24',
      ]),
    );
    const run = compare(WITH_AGENTS, 'refused');
    expect(await run.ended).to.equal(2);
    expect(run.stderr()).to.match(
      /^AGENT_REFUSES: The agent host-2 does not send to 10\.77\.0\.2:3001, 10\.77\.0\.2:3002[^\n]*\n$/,
    );
    await untilPasses(() =>
      expect(agents[1]?.stdout()).to.match(/^ADDRESS_NOT_ALLOWED: .*10\.77\.0\.2:3001/m),
    );
    await Promise.all(agents.map(({ ended }) => ended));
  });

  it('is refused where what belongs together is not given together', async () => {
    for (const [words, line] of [
      [['--agents', '2'], /^OPTION_INVALID: --agents needs --listen/],
      [
        ['--listen', '10.77.0.1:7070'],
        /^OPTION_INVALID: --listen has a meaning with --agents only/,
      ],
      [[...WITH_AGENTS, '--shards', '2'], /^OPTION_INVALID: --shards says how many/],
      [['--agents', '0'], /^OPTION_INVALID: --agents takes/],
      [['--agents', '1', '--listen', 'nowhere'], /^OPTION_INVALID: --listen takes/],
    ] as const) {
      const run = compare(words, 'usage');
      expect(await run.ended).to.equal(2);
      expect(run.stderr()).to.match(line);
      expect(run.stderr().trim().split('\n')).to.have.lengthOf(1);
    }
  });
});
