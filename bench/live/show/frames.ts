/** What a stage does, read four times a second: answers by outcome, and what every process uses. */
import type { SeededStores } from '../../fleet/seeded-stores.js';
import type { CpuGroup } from '../../processes/cpu-limits/cpu-group.js';
import type { Lane } from '../../stage/lane.js';
import type { Stage } from '../../stage/stage.js';
import { bottleneckOf } from './bottleneck.js';
import type { LaneCounter } from './lane-counter.js';
import { createProcessMeter, openRedisMeter } from './readings.js';
import type { ScenePlan } from './scene.js';
import type { Frame, LaneFrame, Scene, ShownInstance } from './show-model.js';

export const FRAME_MS = 250;
const FRAMES_A_SECOND = 1000 / FRAME_MS;
/** A sender that gets to more of its requests late has not sent the planned load. */
const MOST_LATE = 0.1;

/** What stands there now. */
export interface OnStage {
  stage: Stage;
  plan: ScenePlan;
  scene: Scene;
  counters: Map<string, LaneCounter>;
  redisGroup: CpuGroup | null;
  /** Time in which Redis was held back, when that was last read. */
  heldBack: { seconds: number; atMs: number } | null;
}

export interface FrameReader {
  /** Since it was last read. */
  read(seen: OnStage): Promise<Frame>;
  close(): void;
}

export function openFrameReader({
  stores,
  watchers,
  atMs,
}: {
  stores: SeededStores;
  watchers(): number;
  atMs(): number;
}): FrameReader {
  const meter = createProcessMeter();
  const redisMeter = openRedisMeter(stores.stores.redisUrl);
  /** The last second of what each process used: limits are given in pieces that are longer than a frame. */
  const used = new Map<string, number[]>();

  function smooth(name: string, cores: number | null): number | null {
    if (cores === null) return null;
    const some = [...(used.get(name) ?? []), cores].slice(-FRAMES_A_SECOND);
    used.set(name, some);
    return some.reduce((sum, each) => sum + each, 0) / some.length;
  }

  /** Since it was last asked. */
  function heldBackShareOf(seen: OnStage): number | null {
    if (seen.redisGroup === null) return null;
    const now = { seconds: seen.redisGroup.throttling().throttledSeconds, atMs: performance.now() };
    const before = seen.heldBack;
    seen.heldBack = now;
    return before
      ? Math.max(0, now.seconds - before.seconds) / ((now.atMs - before.atMs) / 1000)
      : 0;
  }

  async function readLane(lane: Lane, { counters }: OnStage): Promise<LaneFrame> {
    const counted = counters.get(lane.id)?.take();
    const instances = await Promise.all(
      lane.instances.all.map(async (instance): Promise<ShownInstance> => {
        const pid = instance.state() === 'gone' ? null : instance.pid();
        const { cores, memoryBytes } = await meter.read('', pid);
        const { number } = instance;
        const answers = lane.instances.web ? null : (counted?.answers.get(number) ?? 0);
        const isHeld = instance.isHeld();
        return { number, state: instance.state(), isHeld, cores, memoryBytes, answers };
      }),
    );
    const companions = await Promise.all([
      ...lane.instances.companions().map(({ name, pid }) => meter.read(name, pid)),
      ...(lane.instances.web ? [meter.readFamily('nginx', lane.instances.web.pid)] : []),
    ]);
    return {
      ...{ outcomes: counted?.outcomes ?? [], instances, companions, full: null },
      ...{ p50Ms: counted?.p50Ms ?? null, p99Ms: counted?.p99Ms ?? null },
      ...{ bytes: counted?.bytes ?? 0, rate: lane.rate(), onTheWay: lane.onTheWay() },
      isUnreliable: lane.takeLateShare() > MOST_LATE,
    };
  }

  async function read(seen: OnStage): Promise<Frame> {
    const { stage, scene, plan } = seen;
    const { sessionStore, database } = stores.stores;
    const [redis, ofDatabase, ...lanes] = await Promise.all([
      meter.read('Redis', sessionStore.hands?.pid() ?? sessionStore.pid),
      meter.readFamily('PostgreSQL', database.hands?.pid() ?? database.pid),
      ...stage.lanes.map((lane) => readLane(lane, seen)),
    ]);
    const machineCores = meter.machine();
    const usedByRedis = smooth('redis', redis.cores);
    const heldBackShare = smooth('redis held back', heldBackShareOf(seen));
    const usedByMachine = smooth('machine', machineCores);
    for (const [index, frame] of lanes.entries()) {
      const { id, strategy } = stage.lanes[index] as Lane;
      const serving = frame.instances.filter(({ state: its }) => its === 'working');
      frame.full = bottleneckOf({
        instances: serving.map(({ number, cores, isHeld }) => ({
          cores: smooth(`${id} ${number}`, cores),
          allowed: isHeld ? plan.instanceCores : null,
        })),
        redis: { cores: usedByRedis, allowed: scene.redisCores, heldBackShare },
        database: ofDatabase,
        machine: { cores: usedByMachine, all: scene.machineCores },
        asksRedis: strategy.perRequest.redis > 0,
      });
    }
    return {
      atMs: atMs(),
      lanes: Object.fromEntries(
        stage.lanes.map(({ id }, index) => [id, lanes[index] as LaneFrame]),
      ),
      redis: { ...redis, ...redisMeter.figures() },
      database: ofDatabase,
      lab: { cores: meter.lab(), watchers: watchers() },
      machineCores,
    };
  }

  return { read, close: () => redisMeter.close() };
}
