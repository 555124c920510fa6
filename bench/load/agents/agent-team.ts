/** The agents of a run: waited for before it begins, and replaced or done without where one is lost. */
import { setTimeout as delay } from 'node:timers/promises';
import { LabError, usageError } from '../../model/errors.js';
import type { RunProcess } from '../../processes/run-process.js';
import { countOf } from '../../text/count-of.js';
import type { Alignment } from '../alignment.js';
import { type ClosedLoopGenerator, generatorOf } from '../generator.js';
import type { LoadProcesses } from '../load-processes.js';
import type { LoadWorker } from '../worker-process.js';
import type { AgentLink } from './agent-link.js';
import { type Listening, listenForAgents } from './listen.js';
import { type LabVersion, versionInWords, type WorkerKind } from './protocol.js';
import { remoteWorker } from './remote-worker.js';

/** How long a run waits for another agent in the place of one that is lost, before it goes on with fewer. */
const REPLACEMENT_MS = 10_000;
const LOOK_EVERY_MS = 50;
/** What an order takes besides the network: it is written, read, checked, and passed on to a load worker. */
const ORDER_MS = 30;

export interface AgentTeamInput {
  host: string;
  port: number;
  token: string;
  version: LabVersion;
  /** How many the run is to have. */
  wanted: number;
  waitSeconds: number;
  signal: AbortSignal;
  say(line: string): void;
  /** Once agents can dial in. */
  onListening(listening: Pick<Listening, 'host' | 'port'>): void;
}

/** As a result keeps it. */
export interface DescribedAgent {
  name: string;
  version: string;
  node: string;
  platform: string;
  cores: number;
  memoryBytes: number;
  loadWorkers: number;
  clockOffsetMs: number;
  clockUncertaintyMs: number;
  roundTripMs: number;
}

export interface AgentTeam {
  describe(): DescribedAgent[];
  /** Load workers of all agents together. */
  loadWorkers(): number;
  /** @throws LabError AGENT_REFUSES, exit code 2: before any load is sent */
  assertMayLoad(addresses: readonly { host: string; port: number }[]): Promise<void>;
  /** @param connections that one load worker holds at most. @throws LabError AGENT_TOO_SMALL */
  assertRoom(connections: number): void;
  load: LoadProcesses;
  close(): Promise<void>;
}

/**
 * Listens, and resolves when all agents are there.
 *
 * @throws LabError LISTEN_FAILED, AGENTS_MISSING; the signal's reason. Nothing listens then
 */
export async function gatherAgents(input: AgentTeamInput): Promise<AgentTeam> {
  const { wanted, signal, say } = input;
  const members: AgentLink[] = [];
  /** Given out, to those that are there or about to be. */
  const names = new Set<string>();
  const present = () => members.filter((link) => link.lost() === null);

  const listening = await listenForAgents({
    ...input,
    nameFor(hello) {
      if (names.size >= wanted) return null;
      const name = nameApart(hello.name, names);
      names.add(name);
      return name;
    },
    onGone: (name) => names.delete(name),
    onAgent(link) {
      members.push(link);
      say(describeInWords(link));
      link.onLost(() => {
        names.delete(link.name);
        say(`AGENT_LOST: The agent ${link.name} was lost: ${link.lost()}.`);
      });
    },
  });
  input.onListening(listening);

  async function waitFor(count: number, withinMs: number): Promise<void> {
    const giveUpMs = performance.now() + withinMs;
    while (present().length < count && performance.now() < giveUpMs) {
      await delay(LOOK_EVERY_MS, undefined, { signal });
    }
  }

  /** How many the run goes on with, once it had to. */
  let expected = wanted;
  const generatorFor = (kind: WorkerKind): (() => Promise<ClosedLoopGenerator>) => {
    let kept: { generator: ClosedLoopGenerator; of: readonly AgentLink[] } | undefined;
    return async () => {
      signal.throwIfAborted();
      if (present().length < expected) {
        say(`Waiting ${REPLACEMENT_MS / 1000} s for an agent in the place of the lost one`);
        await waitFor(expected, REPLACEMENT_MS);
      }
      expected = Math.max(1, present().length);
      const links = present();
      if (links.length === 0) {
        throw new LabError('AGENTS_LOST', 'Every agent was lost, so no load can be sent any more.');
      }
      const isSame =
        links.length === kept?.of.length && links.every((link) => kept?.of.includes(link));
      if (!kept || !isSame) {
        if (links.length < wanted) {
          say(`The run goes on with ${listed(links)}: the same load, sent from there alone`);
        }
        await Promise.all(links.map((link) => link.fork(kind)));
        kept = { generator: generatorOver(links, kind), of: links };
      }
      return kept.generator;
    };
  };

  try {
    await waitFor(wanted, input.waitSeconds * 1000);
    if (present().length < wanted) {
      throw new LabError(
        'AGENTS_MISSING',
        `${present().length} of ${countOf(wanted, 'agent')} came within ${input.waitSeconds} s. Start the others as printed above, or wait longer (--agents-wait).`,
      );
    }
  } catch (error) {
    for (const link of present()) link.bye();
    await listening.close();
    throw error;
  }

  return {
    describe: () => members.map(describe),
    loadWorkers: () => present().reduce((sum, { hello }) => sum + hello.loadWorkers, 0),
    async assertMayLoad(addresses) {
      for (const link of present()) {
        const refused = await link.refuses(addresses);
        if (refused.length === 0) continue;
        throw usageError(
          'AGENT_REFUSES',
          `The agent ${link.name} does not send to ${refused.join(', ')}: its own command line does not allow that. Start it with --allow ${refused[0]}.`,
        );
      }
    },
    assertRoom(connections) {
      for (const { name, hello } of present()) {
        const { openFiles } = hello;
        const needed = connections + FILES_BESIDE;
        if (openFiles === null || needed <= openFiles) continue;
        throw new LabError(
          'AGENT_TOO_SMALL',
          `A load worker of the agent ${name} would hold ${connections} connections, and a process may have only ${openFiles} files open there. Take fewer --connections, or raise the limit there to ${needed} (ulimit -n).`,
          { exitCode: 2 },
        );
      }
    },
    load: {
      closedLoop: generatorFor('closed-loop'),
      openLoop: generatorFor('open-loop'),
      stop() {},
    },
    async close() {
      for (const link of present()) link.bye();
      await listening.close();
    },
  };
}

/** Of a load worker, beside its connections. */
const FILES_BESIDE = 100;

function generatorOver(links: readonly AgentLink[], kind: WorkerKind): ClosedLoopGenerator {
  const beside = links.map(
    (link): RunProcess => ({
      tier: 'loadGenerator',
      name: link.name,
      pid: null,
      agent: link.name,
      async readUsage() {
        const said = await link.usage();
        return said?.relay ? { ...said.relay, atSeconds: said.atSeconds } : null;
      },
    }),
  );
  return generatorOf(dealtOut(links, kind), { alignment: () => alignmentOf(links), beside });
}

/** In turn, so that each agent gets its part also where there are fewer connections than load workers. */
function dealtOut(links: readonly AgentLink[], kind: WorkerKind): LoadWorker[] {
  const most = Math.max(...links.map(({ hello }) => hello.loadWorkers));
  return Array.from({ length: most }, (_, index) =>
    links
      .filter(({ hello }) => index < hello.loadWorkers)
      .map((link) => remoteWorker(link, kind, index)),
  ).flat();
}

function alignmentOf(links: readonly AgentLink[]): Alignment {
  const clocks = links.map((link) => link.clock());
  const uncertaintyMs = Math.max(...clocks.map((clock) => clock.uncertaintyMs));
  const roundTripMs = Math.max(...clocks.map((clock) => clock.roundTripMs));
  return {
    headStartMs: ORDER_MS + 2 * roundTripMs + uncertaintyMs,
    // One may be early and another one late.
    slackMs: links.length > 1 ? 2 * uncertaintyMs : 0,
  };
}

function nameApart(wanted: string, taken: ReadonlySet<string>): string {
  let name = wanted;
  for (let number = 2; taken.has(name); number++) name = `${wanted}-${number}`;
  return name;
}

function describe(link: AgentLink): DescribedAgent {
  const { hello, name } = link;
  const { offsetMs, uncertaintyMs, roundTripMs } = link.clock();
  return {
    name,
    version: versionInWords(hello.version),
    ...{ node: hello.node, platform: hello.platform, cores: hello.cores },
    ...{ memoryBytes: hello.memoryBytes, loadWorkers: hello.loadWorkers },
    ...{ clockOffsetMs: offsetMs, clockUncertaintyMs: uncertaintyMs, roundTripMs },
  };
}

function describeInWords(link: AgentLink): string {
  const { hello, name } = link;
  const { uncertaintyMs } = link.clock();
  return `Agent ${name} is there: ${countOf(hello.cores, 'core')}, ${countOf(hello.loadWorkers, 'load worker')}, its clock known to ${uncertaintyMs.toFixed(1)} ms`;
}

function listed(links: readonly AgentLink[]): string {
  return links.map(({ name }) => name).join(', ');
}
