import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import WebSocket from 'ws';
import { type AgentTeam, gatherAgents } from '../../../bench/load/agents/agent-team.js';
import { monotonicClock } from '../../../bench/load/clock.js';
import type { LoadGenerator } from '../../../bench/load/generator.js';
import { loadOnce } from '../../../bench/load/load-once.js';
import { openLoadProcesses } from '../../../bench/load/load-processes.js';
import type { WorkerReport } from '../../../bench/load/messages.js';
import type { Connection } from '../../../bench/load/workload.js';
import { labVersion } from '../../../bench/measure/environment.js';
import { type Guardian, startGuardian } from '../../../bench/processes/guardian/guardian.js';
import {
  createLatencyHistogram,
  encodeHistogram,
} from '../../../bench/statistics/latency-histogram.js';
import { startScriptedAgent } from '../../support/agents/scripted-agent.js';
import { untilPasses } from '../../support/eventually.js';
import { failure } from '../../support/failure.js';
import { type LabRun, startLab } from '../../support/lab.js';

const TOKEN = 'a token that nobody guesses';
const VARIABLE = { LAB_AGENT_TOKEN: TOKEN };

interface Gathering {
  port: number;
  lines: string[];
  team: Promise<AgentTeam>;
}

describe('agents', function () {
  // Each agent is a process of its own, and other tests run beside.
  this.timeout(240_000);
  const stopping = new AbortController();
  const teams: AgentTeam[] = [];
  let server: Server;
  let answered = 0;
  let origin: string;

  before(async () => {
    server = createServer((_request, response) => {
      answered++;
      response.end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const team of teams.splice(0)) await team.close();
  });
  after(async () => {
    stopping.abort();
    server.close();
    server.closeAllConnections();
  });

  /** Listens; `team` resolves when so many are there. */
  async function gather(
    wanted: number,
    changes: Partial<Parameters<typeof gatherAgents>[0]> = {},
  ): Promise<Gathering> {
    const lines: string[] = [];
    let listening: (port: number) => void = () => {};
    const port = new Promise<number>((resolve) => {
      listening = resolve;
    });
    const team = gatherAgents({
      ...{ host: '127.0.0.1', port: 0, token: TOKEN, version: labVersion(), wanted },
      ...{ waitSeconds: 100, signal: stopping.signal },
      say: (line) => lines.push(line),
      onListening: (place) => listening(place.port),
      ...changes,
    });
    team.then((each) => teams.push(each)).catch(() => {});
    return { port: await port, lines, team };
  }

  function startAgent(
    port: number,
    words: readonly string[] = [],
    environment = VARIABLE,
    through: readonly string[] = [],
  ): LabRun {
    const lab = ['--lab', `ws://127.0.0.1:${port}`];
    const asked = words.includes('--allow') ? words : [...words, '--allow', '127.0.0.1'];
    return startLab(['agent', ...lab, '--shards', '1', ...asked], environment, {
      as: { through },
    });
  }

  function connectionsTo(count: number): Connection[] {
    return Array.from({ length: count }, () => ({
      ...{ origin, instance: 0, credential: {}, password: '' },
      user: { id: 1, email: '', name: '' },
    }));
  }

  const ORDER = { workload: 'me', posts: { firstId: 0, lastId: 0 }, seed: 1, slices: 3 };

  async function loadWith(
    generator: LoadGenerator,
    changes: { rateRps?: number; windowMs?: number } = {},
  ): Promise<WorkerReport[]> {
    const { rateRps, windowMs = 1500 } = changes;
    const offered = rateRps && { offered: { arrivals: 'constant' as const, rateRps } };
    const { reports } = await loadOnce({
      generator,
      order: { ...ORDER, ...offered },
      connections: connectionsTo(20),
      leadMs: 300,
      windowMs,
      read: async () => null,
    });
    return reports;
  }

  const total = (reports: readonly WorkerReport[], of: (report: WorkerReport) => number) =>
    reports.reduce((sum, report) => sum + of(report), 0);

  it('send by a plan what one machine sends, request for request', async () => {
    const guardian: Guardian = await startGuardian();
    const local = openLoadProcesses(2, guardian);
    try {
      const { port, team } = await gather(2);
      const agents = [startAgent(port, ['--name', 'a']), startAgent(port, ['--name', 'b'])];
      const remote = (await team).load;
      const figures = [];
      for (const load of [local, remote]) {
        const before = answered;
        const reports = await loadWith(await load.openLoop(), { rateRps: 800 });
        // The end of a load does not wait for the answers to requests after its window.
        const told = total(reports, (each) => each.requestsSinceStart);
        expect(answered - before).to.be.within(told, told + 20);
        const requests = total(reports, ({ openLoop }) => openLoop?.planned ?? 0);
        figures.push({
          requests,
          workers: reports.length,
          errors: total(reports, (r) => r.errors),
        });
        // Which requests stand at the edges of a window depends on the moment at which it begins.
        expect(requests).to.be.within(1198, 1202);
      }
      expect(figures[1]).to.include({ workers: 2, errors: 0 });
      const reports = await loadWith(await remote.openLoop(), { rateRps: 800 });
      expect(reports.map(({ agent }) => agent?.name).sort()).to.deep.equal(['a', 'b']);
      await (await team).close();
      teams.length = 0;
      expect(await Promise.all(agents.map(({ ended }) => ended))).to.deep.equal([0, 0]);
    } finally {
      local.stop();
      await guardian.stop();
    }
  });

  it('count in a closed loop what the server counts, in parts that came second by second', async () => {
    const { port, team } = await gather(2);
    startAgent(port, ['--name', 'a']);
    startAgent(port, ['--name', 'b']);
    const generator = await (await team).load.closedLoop();
    const session = await generator.open(ORDER, [connectionsTo(10), connectionsTo(10)]);
    const before = answered;
    const nowMs = monotonicClock();
    let drained = 0;
    for (const loop of [0, 1, 0, 1]) {
      const { headStartMs } = session.alignment();
      const startMs = nowMs() + headStartMs;
      const window = { startMs, fromMs: startMs + 20, toMs: startMs + 720, untilMs: startMs + 720 };
      drained += await session.load(loop, { ...window, slices: 1, measured: true });
    }
    expect(drained).to.equal(answered - before);
    const loops = await session.close();
    expect(loops.map((reports) => reports.length)).to.deep.equal([2, 2]);
    expect(total(loops.flat(), (each) => each.requestsSinceStart)).to.equal(drained);
    for (const { agent, sending } of loops.flat()) {
      expect(agent).to.deep.include({ lost: null, gap: null });
      expect(agent?.clockUncertaintyMs).to.be.below(50);
      // On a machine that is busy with other tests, one may be late, and says so.
      expect(sending?.lateStarts).to.be.within(0, 4);
      expect(sending?.activeMs).to.be.above(0);
    }
  });

  it('say what their processes use', async () => {
    const { port, team } = await gather(1);
    startAgent(port, ['--name', 'a']);
    const generator = await (await team).load.closedLoop();
    const names = generator.processes.map(({ name, tier }) => `${tier} ${name}`);
    expect(names).to.deep.equal(['loadGenerator a: shard 1', 'loadGenerator a']);
    const read = () => Promise.all(generator.processes.map((each) => each.readUsage?.()));
    const from = await read();
    await loadWith(generator, { windowMs: 500 });
    const to = await read();
    for (const [index, usage] of to.entries()) {
      expect(usage?.rssBytes).to.be.above(1e6);
      expect(usage?.cpuSeconds).to.be.above(from[index]?.cpuSeconds as number);
      expect((usage?.atSeconds ?? 0) - (from[index]?.atSeconds ?? 0)).to.be.within(0.5, 60);
    }
  });

  it('leave what they told where one is killed under load, and the load goes on with the other', async () => {
    const { port, team, lines } = await gather(2);
    const doomed = startAgent(port, ['--name', 'doomed']);
    startAgent(port, ['--name', 'left']);
    const { load } = await team;
    const generator = await load.openLoop();
    // More than a second of parts has come by then.
    setTimeout(() => doomed.child.kill('SIGKILL'), 2200);
    const reports = await loadWith(generator, { rateRps: 400, windowMs: 3000 });
    const [lost, left] = ['doomed', 'left'].map((name) =>
      reports.find(({ agent }) => agent?.name === name),
    );
    expect(lost?.agent?.lost).to.match(/its connection ended/);
    expect(lost?.requests).to.be.within(1, 550);
    expect(left?.agent?.lost).to.equal(null);
    expect(left?.openLoop?.planned).to.be.within(598, 602);
    expect(left?.requests).to.be.above(lost?.requests as number);
    expect((await failure(loadWith(generator))).code).to.equal('AGENT_LOST');
    const others = await load.openLoop();
    const [all] = await loadWith(others, { rateRps: 400 });
    expect(all?.openLoop?.planned).to.be.within(598, 602);
    expect(lines.join('\n')).to.match(/AGENT_LOST: The agent doomed/);
    expect(lines.join('\n')).to.match(/goes on with left/);
  });

  it('take the place of one that is lost', async () => {
    const { port, team } = await gather(1);
    const first = startAgent(port, ['--name', 'same']);
    const { load, describe: described } = await team;
    const generator = await load.closedLoop();
    first.child.kill('SIGKILL');
    await first.ended;
    startAgent(port, ['--name', 'same']);
    await untilPasses(() => expect(described()).to.have.lengthOf(2), 60_000);
    const other = await load.closedLoop();
    expect(other).to.not.equal(generator);
    expect(total(await loadWith(other), ({ requests }) => requests)).to.be.above(100);
    expect(described().map(({ name }) => name)).to.deep.equal(['same', 'same']);
  });

  it('end the run where all are lost and none comes', async () => {
    const { port, team } = await gather(1);
    const first = startAgent(port);
    const { load } = await team;
    await load.closedLoop();
    first.child.kill('SIGKILL');
    await first.ended;
    expect((await failure(load.closedLoop())).code).to.equal('AGENTS_LOST');
  });

  it('are lost when they are silent for 3 s, though their connection is there', async () => {
    const { port, team } = await gather(1);
    let isSilent = false;
    const pongAfterMs = () => (isSilent ? Number.POSITIVE_INFINITY : 0);
    await startScriptedAgent({ port, token: TOKEN, pongAfterMs });
    const generator = await (await team).load.closedLoop();
    isSilent = true;
    const fromMs = performance.now();
    while (generator.usable() && performance.now() - fromMs < 8000) await delay(50);
    expect(performance.now() - fromMs).to.be.within(2500, 6000);
  });

  it('are told every moment on their own clock', async () => {
    const shiftMs = 86_400_000;
    const { port, team } = await gather(1);
    const heard: number[] = [];
    await startScriptedAgent({
      ...{ port, token: TOKEN, shiftMs },
      onOrder(agent, { kind, worker, message }) {
        if (message.type !== 'start') return;
        heard.push(message.order.windowFromMs, message.order.windowToMs);
        agent.say({
          ...{ type: 'said', kind, worker },
          message: { type: 'report', report: EMPTY_REPORT, parts: 0 },
        });
      },
    });
    const generator = await (await team).load.openLoop();
    const { headStartMs, slackMs } = generator.alignment();
    expect(headStartMs).to.be.within(15, 300);
    expect(slackMs).to.equal(0);
    const fromMs = monotonicClock()() + 1000;
    await generator.run(
      { ...ORDER, windowFromMs: fromMs, windowToMs: fromMs + 500 },
      connectionsTo(1),
    );
    expect(heard[0]).to.be.closeTo(fromMs + shiftMs, 25);
    expect((heard[1] as number) - (heard[0] as number)).to.be.closeTo(500, 0.001);
  });

  it('measure the same windows by a clock that is a day ahead', async function () {
    const ahead = ['unshare', '--time', '--monotonic', '86400', '--fork', '--kill-child'];
    if (spawnSync('unshare', [...ahead.slice(1), 'true']).status !== 0) {
      process.stdout.write(
        '      skipped: no namespace with a clock of its own can be made here\n',
      );
      this.skip();
    }
    const { port, team } = await gather(2);
    startAgent(port, ['--name', 'here']);
    startAgent(port, ['--name', 'ahead'], VARIABLE, ahead);
    const { load, describe: described } = await team;
    const offsets = described().map(({ name, clockOffsetMs }) => [name, clockOffsetMs] as const);
    const { here = 0, ahead: later = 0 } = Object.fromEntries(offsets);
    expect(later - here).to.be.closeTo(86_400_000, 100);
    const reports = await loadWith(await load.openLoop(), { rateRps: 400 });
    for (const { agent, openLoop, sending } of reports) {
      expect(openLoop?.planned, agent?.name).to.be.within(299, 301);
      expect(sending?.lateStarts).to.equal(0);
    }
  });

  it('are refused where their clock cannot be known well enough', async () => {
    const { port, lines, team } = await gather(1, { waitSeconds: 8 });
    team.catch(() => {});
    const agent = await startScriptedAgent({ port, token: TOKEN, pongAfterMs: () => 130 });
    await once(agent.socket, 'close');
    expect(agent.heard.at(-1)).to.include({ type: 'refused', code: 'AGENT_CLOCK' });
    expect(lines.join('\n')).to.match(/^AGENT_CLOCK: .* 50 ms are allowed/m);
    expect((await failure(team)).code).to.equal('AGENTS_MISSING');
  });

  it('are found out where a part of what they tell is missing', async () => {
    const { port, team } = await gather(1);
    await startScriptedAgent({
      ...{ port, token: TOKEN },
      onOrder(agent, { kind, worker, message }) {
        if (message.type !== 'start') return;
        const said = { type: 'said', kind, worker };
        const part = { type: 'part', loop: 0, report: EMPTY_REPORT };
        agent.say({ ...said, message: { ...part, number: 1 } });
        agent.say({ ...said, message: { ...part, number: 3 } });
        agent.say({ ...said, message: { type: 'report', report: EMPTY_REPORT, parts: 3 } });
      },
    });
    const [report] = await loadWith(await (await team).load.openLoop(), { windowMs: 100 });
    expect(report?.agent?.gap).to.match(/part 3 came where 2 was due/);
  });

  it('are lost where they say what no agent says', async () => {
    const { port, team, lines } = await gather(1);
    await startScriptedAgent({
      ...{ port, token: TOKEN },
      onOrder: (agent) => agent.say({ type: 'said', kind: 'open-loop', worker: -1 }),
    });
    const [report] = await loadWith(await (await team).load.openLoop(), { windowMs: 100 });
    expect(report?.agent?.lost).to.match(/what no agent says/);
    expect(lines.join('\n')).to.match(/AGENT_LOST/);
  });

  describe('refuse, and are refused, in one line at both ends:', () => {
    const COMMIT = { release: '9.9.9', commit: null };

    async function refused(
      words: { environment?: typeof VARIABLE; version?: typeof COMMIT },
      code: string,
      pattern: RegExp,
    ): Promise<void> {
      const gathering = await gather(1, {
        ...(words.version && { version: words.version }),
        waitSeconds: 100,
      });
      gathering.team.catch(() => {});
      const agent = startAgent(gathering.port, [], words.environment);
      expect(await agent.ended, agent.stdout()).to.equal(2);
      expect(agent.stderr())
        .to.match(new RegExp(`^${code}: [^\n]+\n$`))
        .and.to.match(pattern);
      const line = gathering.lines.find((each) => each.startsWith(code));
      expect(line).to.match(pattern);
      expect(line).to.match(/127\.0\.0\.1 was refused/);
      const other = startAgent(gathering.port, [], VARIABLE);
      if (!words.version) await gathering.team;
      other.child.kill('SIGTERM');
      await other.ended;
    }

    it('another token', () =>
      refused(
        { environment: { LAB_AGENT_TOKEN: 'the token of another run' } },
        'AGENT_TOKEN',
        /not the one of this run/,
      ));

    it('another version, with both named', () =>
      refused({ version: COMMIT }, 'AGENT_VERSION', /version 9\.9\.9, and (the|this) agent \S/));

    it('an address that its own command line does not allow', async () => {
      const { port, team } = await gather(1);
      const agent = startAgent(port, ['--allow', '10.0.0.0/24', '--name', 'a']);
      const gathered = await team;
      const { code, exitCode, message } = await failure(
        gathered.assertMayLoad([{ host: '127.0.0.1', port: 3000 }]),
      );
      expect({ code, exitCode }).to.deep.equal({ code: 'AGENT_REFUSES', exitCode: 2 });
      expect(message).to.match(/agent a does not send to 127\.0\.0\.1:3000/);
      await gathered.assertMayLoad([{ host: '10.0.0.7', port: 3000 }]);
      expect(agent.stdout()).to.match(/^ADDRESS_NOT_ALLOWED: .*only to 10\.0\.0\.0\/24/m);
      // Asked for all the same, it sends nothing.
      const before = answered;
      const reports = await loadWith(await gathered.load.openLoop(), { rateRps: 100 });
      expect(reports[0]?.agent?.lost).to.match(/ADDRESS_NOT_ALLOWED/);
      expect(answered).to.equal(before);
    });

    it('a lab that does not know the token', async () => {
      const impostor = createServer();
      const { WebSocketServer } = await import('ws');
      const sockets = new WebSocketServer({ server: impostor });
      sockets.on('connection', (socket) => {
        const version = labVersion();
        const nonce = 'x'.repeat(24);
        socket.send(JSON.stringify({ type: 'challenge', protocol: 1, version, nonce }));
        socket.once('message', () => {
          socket.send(JSON.stringify({ type: 'welcome', proof: 'y'.repeat(43) }));
        });
      });
      impostor.listen(0, '127.0.0.1');
      await once(impostor, 'listening');
      const agent = startAgent((impostor.address() as AddressInfo).port);
      expect(await agent.ended).to.equal(2);
      expect(agent.stderr()).to.match(/^LAB_TOKEN: [^\n]+\n$/);
      sockets.close();
      impostor.close();
    });

    it('nothing of a lab whose first word comes with the answer to the dialling', async () => {
      const eager = createServer();
      const said = new Promise<number>((resolve) => {
        eager.on('upgrade', (request, socket: Socket) => {
          const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
          const accept = createHash('sha1').update(key).digest('base64');
          const first = { type: 'challenge', protocol: 1, version: labVersion() };
          const text = Buffer.from(JSON.stringify({ ...first, nonce: 'x'.repeat(24) }));
          const head = Buffer.from([0x81, 126, text.length >> 8, text.length & 255]);
          const answer = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
          const fromMs = performance.now();
          // The hello of an agent.
          socket.once('data', () => resolve(performance.now() - fromMs));
          // In one packet: whoever begins to listen a moment later hears nothing.
          socket.write(Buffer.concat([Buffer.from(answer), head, text]));
        });
      });
      eager.listen(0, '127.0.0.1');
      await once(eager, 'listening');
      const agent = startAgent((eager.address() as AddressInfo).port);
      expect(await said).to.be.below(3000);
      agent.child.kill('SIGKILL');
      await agent.ended;
      eager.close();
    });

    it('what is no agent, what is too much, and whoever says nothing', async () => {
      const { port, team, lines } = await gather(1);
      team.catch(() => {});
      const socket = () => {
        const opened = new WebSocket(`ws://127.0.0.1:${port}`);
        opened.on('error', () => {});
        return opened;
      };
      const fromMs = performance.now();
      const ends = async (say: (opened: WebSocket) => void) => {
        const opened = socket();
        await once(opened, 'open');
        say(opened);
        await once(opened, 'close');
        return performance.now() - fromMs;
      };
      const raw = connect(port, '127.0.0.1');
      raw.on('error', () => {});
      const rawEnds = once(raw, 'close');
      await ends((opened) => opened.send('not json'));
      await ends((opened) => opened.send('{"type":"hello"}'));
      await ends((opened) => opened.send(Buffer.alloc(5 * 2 ** 20)));
      expect(lines.filter((line) => line.startsWith('NOT_AN_AGENT'))).to.have.lengthOf(3 - 1);
      expect(await ends(() => {})).to.be.below(12_000);
      await rawEnds;
      expect(performance.now() - fromMs).to.be.below(15_000);
      const answer = await fetch(`http://127.0.0.1:${port}/`);
      expect(answer.status).to.equal(426);
      await answer.text();
      // It still takes one that knows the token.
      startAgent(port);
      await team;
    });

    it('one more than the run needs', async () => {
      const { port, team } = await gather(1);
      startAgent(port);
      await team;
      const other = startAgent(port);
      expect(await other.ended).to.equal(2);
      expect(other.stderr()).to.match(/^AGENTS_ENOUGH: [^\n]+\n$/);
    });
  });

  it('that do not come end the run before it begins, and nothing listens any more', async () => {
    const { port, team, lines } = await gather(2, { waitSeconds: 12 });
    startAgent(port);
    const { code, message } = await failure(team);
    expect(code).to.equal('AGENTS_MISSING');
    expect(message).to.match(/^[01] of 2 agents came within 12 s/);
    expect(lines.join('\n')).to.not.match(/AGENT_LOST/);
    const socket = connect(port, '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error.code).to.equal('ECONNREFUSED');
  });

  it('of a port that is taken end the run in one line', async () => {
    const { port } = server.address() as AddressInfo;
    const { code, exitCode } = await failure(
      gatherAgents({
        ...{ host: '127.0.0.1', port, token: TOKEN, version: labVersion(), wanted: 1 },
        ...{ waitSeconds: 1, signal: stopping.signal, say() {}, onListening() {} },
      }),
    );
    expect({ code, exitCode }).to.deep.equal({ code: 'LISTEN_FAILED', exitCode: 2 });
  });

  describe('end in one line, before they dial, for', () => {
    const LAB = ['--lab', 'ws://127.0.0.1:9'];
    const ALLOW = ['--allow', '127.0.0.1'];
    for (const [what, words, environment, line] of [
      ['no lab', ALLOW, VARIABLE, /^OPTION_INVALID: Say which lab/],
      ['what is no lab', ['--lab', 'http://a', ...ALLOW], VARIABLE, /^OPTION_INVALID: --lab takes/],
      ['no address', LAB, VARIABLE, /^OPTION_INVALID: Say where this machine may send load/],
      ['half the internet', [...LAB, '--allow', '0.0.0.0/1'], VARIABLE, /^OPTION_INVALID: --allow/],
      ['no token', [...LAB, ...ALLOW], { LAB_AGENT_TOKEN: '' }, /^TOKEN_MISSING: /],
      ['a short token', [...LAB, ...ALLOW], { LAB_AGENT_TOKEN: 'short' }, /^TOKEN_TOO_SHORT: /],
      [
        'a token file that is not there',
        [...LAB, ...ALLOW, '--token-file', '/nowhere/token'],
        VARIABLE,
        /^TOKEN_FILE_UNREADABLE: .*ENOENT/,
      ],
      ['no name', [...LAB, ...ALLOW, '--name', 'a b'], VARIABLE, /^OPTION_INVALID: --name takes/],
    ] as const) {
      it(what, async () => {
        const agent = startLab(['agent', ...words], environment);
        expect(await agent.ended).to.equal(2);
        expect(agent.stderr()).to.match(line);
        expect(agent.stderr().trim().split('\n')).to.have.lengthOf(1);
      });
    }

    it('a lab that does not answer, after the seconds given', async () => {
      const agent = startLab(['agent', ...LAB, ...ALLOW, '--wait', '1'], VARIABLE);
      expect(await agent.ended).to.equal(1);
      expect(agent.stderr()).to.match(/^AGENT_NO_LAB: [^\n]*within 1 s \(ECONNREFUSED\)[^\n]*\n$/);
    });

    it('a server that is no lab', async () => {
      const words = ['agent', '--lab', origin.replace('http', 'ws'), ...ALLOW, '--wait', '5'];
      const agent = startLab(words, VARIABLE);
      expect(await agent.ended).to.equal(1);
      expect(agent.stderr()).to.match(/^NOT_A_LAB: [^\n]+\n$/);
    });
  });
});

const EMPTY_REPORT: WorkerReport = {
  ...{ requests: 1, requestsPerInstance: { 0: 1 }, requestsPerSlice: [1], statuses: { 200: 1 } },
  ...{ unexpectedStatuses: {}, requestsSinceStart: 1, latencySumMs: 1 },
  histogram: encodeHistogram(createLatencyHistogram()),
  ...{ errors: 0, firstError: null, timeouts: 0, leftovers: [] },
  wire: { sentBytes: 1, receivedBytes: 1, responses: 1 },
};
