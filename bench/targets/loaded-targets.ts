/** Targets as the engine loads them: nothing is started, and only what they say of themselves is read. */
import { spreadOverInstances } from '../load/spread.js';
import type { Connection } from '../load/workload.js';
import { workloadNamed } from '../load/workloads/registry.js';
import type { MeasuredProcess } from '../measure/snapshot.js';
import { LabError } from '../model/errors.js';
import { connectionsOf } from '../trial/connections-of.js';
import type { TrialContext } from '../trial/context.js';
import type { LoadedFleet, LoadedSystem, StartedFleet } from '../trial/loaded-system.js';
import { askTarget } from './ask-target.js';
import { isSameProcess } from './known-cpu.js';
import { connectionAt, type OpenTarget, type OpenTargets } from './open-targets.js';
import { type MetricsReading, readMetricsAgain } from './read-metrics.js';
import type { TargetAddress } from './target-address.js';
import type { TargetUser } from './target-users.js';

/** @param lastingSeconds how long a credential has to last from the login of a trial on */
export function loadedTargets(
  { targets, users, posts }: OpenTargets,
  lastingSeconds: number,
): LoadedSystem<TrialContext> {
  const named = (name: string) => targets.find((target) => target.name === name) as OpenTarget;
  const fleets = new Map<LoadedFleet, OpenTarget>();
  const addressWith = (origin: string) =>
    targets
      .flatMap(({ addresses }) => addresses)
      .find((address) => address.origin === origin) as TargetAddress;
  const readInstances: LoadedSystem<TrialContext>['readInstances'] = async (fleet) => {
    const target = fleets.get(fleet);
    if (target?.cpu.from !== 'metrics') return fleet.instances.map(() => null);
    return Promise.all(
      target.addresses.map((address) =>
        readMetricsAgain(address, target.token).then(
          ({ answered }) => ({ requests: { completed: answered } }),
          () => null,
        ),
      ),
    );
  };

  return {
    async start(name) {
      const target = named(name);
      const started = startedTarget(target);
      fleets.set(started.fleet, target);
      return started;
    },
    async connect(planned, _started, { config }) {
      const target = named(planned.variant);
      const { addresses } = target;
      const workload = workloadNamed(planned.workload);
      const credentials = await target.probeLogins.lasting(lastingSeconds);
      const probes = addresses.map((address, index) =>
        connectionAt(address, index, users[0] as TargetUser, credentials[index]),
      );
      for (const probe of probes) {
        const request = workload.probe({ connection: probe, posts, random: () => 0 });
        const answer = await askTarget(addressWith(probe.origin), request);
        if (answer.status !== 200 || answer.text !== target.answers.get(workload.name)) {
          throw new LabError(
            'PROBE_DIFFERS',
            `Before the load, ${addressWith(probe.origin).url} did not answer ${request.method} ${request.path} as it did before the run (status ${answer.status}).`,
          );
        }
      }
      const count = connectionsOf(config, workload, 1);
      const mine = workload.logsIn
        ? users.slice(config.users, config.users + count)
        : users.slice(0, count);
      const known = workload.logsIn ? [] : await target.logins.lasting(lastingSeconds, count);
      const connections = spreadOverInstances(
        mine.map((user, index) => {
          const address = addresses[index % addresses.length] as TargetAddress;
          return connectionAt(address, 0, user, known[index]);
        }),
        addresses.map(({ origin }) => origin),
      );
      return { connections, probes };
    },
    readInstances,
    async askBesides(fleet) {
      await readInstances(fleet);
    },
    async deletePost({ origin, credential }: Connection, path) {
      await askTarget(addressWith(origin), { method: 'DELETE', path, headers: credential });
    },
  };
}

function startedTarget({ addresses, cpu, token }: OpenTarget): StartedFleet {
  const processes = addresses.map(
    (address): MeasuredProcess => ({
      tier: 'application',
      name: address.url,
      pid: null,
      ...(cpu.from === 'metrics' && { readUsage: usageReader(address, token, cpu.readingCpuMs) }),
    }),
  );
  return {
    fleet: {
      instances: addresses.map(({ origin }, index) => ({ number: index + 1, origin, pid: null })),
      // Of this machine and of the lab.
      processes: [],
      lost: () => null,
      onLost: () => {},
      ...(cpu.from === null && { countsUnknown: true }),
    },
    processes,
    limit() {},
    async stop() {},
  };
}

/** A process that was started again counts from 0, and what it used in between is not known. */
function usageReader(address: TargetAddress, token: string | null, readingCpuMs: number) {
  let last: MetricsReading | null = null;
  let readings = 0;
  return async () => {
    const reading = await readMetricsAgain(address, token).catch(() => null);
    const isAnother = reading !== null && last !== null && !isSameProcess(last, reading);
    last = reading ?? last;
    readings++;
    return reading === null || isAnother
      ? null
      : {
          // Between two readings lies what one of them costs: the end of the first, the begin of the second.
          cpuSeconds: reading.cpuSeconds - (readings * readingCpuMs) / 1000,
          rssBytes: reading.rssBytes,
        };
  };
}
