/**
 * A show: a stage that stays, four frames a second of what it does, and hands. All hands go through `do`, one after
 * the other, so that two presenters do not cross each other.
 */
import { availableParallelism } from 'node:os';
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { LabError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import type { CpuGroup } from '../../processes/cpu-limits/cpu-group.js';
import type { CpuLimiter } from '../../processes/cpu-limits/cpu-limiter.js';
import { FAULTS, type FaultName } from '../../stage/faults/registry.js';
import type { Lane } from '../../stage/lane.js';
import { logInAgain } from '../../stage/log-in-again.js';
import { openStage, type Stage } from '../../stage/stage.js';
import { bottleneckOf } from './bottleneck.js';
import { createLaneCounter, type LaneCounter } from './lane-counter.js';
import { type MessageLog, openMessageLog } from './message-log.js';
import { createProcessMeter, openRedisMeter } from './readings.js';
import type { SceneLane, ScenePlan } from './scene.js';
import type {
  Frame,
  LaneFrame,
  Mark,
  Scene,
  ShownInstance,
  ShownLesson,
  ShownState,
} from './show-model.js';

export interface ShowOptions {
  stores: SeededStores;
  strategies: readonly DescribedStrategy[];
  /** null: processes cannot be held here, and why. */
  limiter: CpuLimiter | null;
  whyNoLimiter: string | null;
  nodeOptions: readonly string[];
  /** How many watch now. */
  watchers(): number;
  signal: AbortSignal;
}

export interface Show {
  readonly log: MessageLog;
  state(): ShownState;
  /** Since the show began. */
  atMs(): number;
  /** What stands on the stage is taken away first. @throws LabError of what cannot start */
  setScene(plan: ScenePlan): Promise<void>;
  setRate(perSecond: number, lane: string | null): void;
  /** Adds so many to each lane, or takes them away. */
  changeInstances(change: number, lane: string | null): Promise<void>;
  apply(fault: FaultName): Promise<void>;
  undo(fault: FaultName): Promise<void>;
  /** Everything is undone, everybody is logged in. */
  undoAll(): Promise<void>;
  logIn(): Promise<void>;
  /** What is shown of a lesson. */
  setLesson(lesson: ShownLesson | null): void;
  setLessons(lessons: ShownState['lessons']): void;
  mark(mark: Mark): void;
  /** Says what is done meanwhile. */
  during<Value>(what: string, work: () => Promise<Value>): Promise<Value>;
  /** Frames from now on. @returns those until it is called */
  collect(): () => Frame[];
  stop(): Promise<void>;
}

export const FRAME_MS = 250;
const FRAMES_A_SECOND = 1000 / FRAME_MS;
const MOST_INSTANCES = 8;
const PATIENCE_MS = 2000;
const TELL_AFTER_MS = 50;
/** A sender that gets to more of its requests late has not sent the planned load. */
const MOST_LATE = 0.1;
/** People of a lane; no lane takes those of another. */
export const PEOPLE_MAX = 20;
export const LANES_MAX = 6;

interface OnStage {
  stage: Stage;
  plan: ScenePlan;
  scene: Scene;
  counters: Map<string, LaneCounter>;
  redisGroup: CpuGroup | null;
  /** Time in which Redis was held back, when that was last read. */
  heldBack: { seconds: number; atMs: number } | null;
}

export function openShow(options: ShowOptions): Show {
  const { stores, strategies, limiter, nodeOptions, watchers, signal } = options;
  const log = openMessageLog();
  const beganMs = performance.now();
  const atMs = () => performance.now() - beganMs;
  const meter = createProcessMeter();
  const redisMeter = openRedisMeter(stores.stores.redisUrl);
  const collecting = new Set<Frame[]>();
  let on: OnStage | null = null;
  let lesson: ShownLesson | null = null;
  let lessons: ShownState['lessons'] = [];
  let busy: string | null = null;
  /** The last second of what each process used: limits are given in pieces that are longer than a frame. */
  const used = new Map<string, number[]>();
  let isReading = false;

  const state = (): ShownState => ({
    ...{ scene: on?.scene ?? null, lesson, broken: on?.stage.broken() ?? [], busy, lessons },
  });
  let isTelling = false;
  /** Once for what comes together: a state is long. */
  const tell = () => {
    if (isTelling) return;
    isTelling = true;
    setTimeout(() => {
      isTelling = false;
      log.push({ type: 'state', atMs: atMs(), state: state() });
    }, TELL_AFTER_MS);
  };
  const onStage = (): OnStage => {
    if (on) return on;
    throw new LabError('SCENE_CHANGING', 'The scene is being set: try again in a moment.');
  };

  function lanesNamed(id: string | null): Lane[] {
    const { stage } = onStage();
    const lanes = stage.lanes.filter((lane) => id === null || lane.id === id);
    if (lanes.length > 0) return lanes;
    const known = stage.lanes.map((lane) => lane.id).join(', ');
    throw new LabError('LANE_UNKNOWN', `There is no lane "${id}" now. There are ${known}.`);
  }

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
        const answers = counted?.answers.get(number) ?? 0;
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

  async function readFrame(seen: OnStage): Promise<void> {
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
    if (on !== seen) return;
    const frame: Frame = {
      atMs: atMs(),
      lanes: Object.fromEntries(
        stage.lanes.map(({ id }, index) => [id, lanes[index] as LaneFrame]),
      ),
      redis: { ...redis, ...redisMeter.figures() },
      database: ofDatabase,
      lab: { cores: meter.lab(), watchers: watchers() },
      machineCores,
    };
    for (const frames of collecting) frames.push(frame);
    log.push({ type: 'frame', frame });
  }

  const timer = setInterval(() => {
    if (on === null || isReading) return;
    isReading = true;
    readFrame(on)
      .catch((error: Error) => show.mark(troubleOf(error)))
      .finally(() => {
        isReading = false;
      });
  }, FRAME_MS);

  function holdRedis(seen: OnStage): void {
    const { hands } = stores.stores.sessionStore;
    const { redisCores } = seen.plan;
    seen.redisGroup?.release();
    seen.redisGroup = null;
    seen.heldBack = null;
    if (redisCores === null || limiter === null || !hands) return;
    seen.redisGroup = limiter.hold(`redis-${log.last()}`, hands.pid());
    seen.redisGroup.setCores(redisCores);
  }

  async function clear(): Promise<void> {
    const seen = on;
    on = null;
    tell();
    if (!seen) return;
    seen.redisGroup?.release();
    seen.redisGroup = null;
    for (const lane of seen.stage.lanes) lane.instances.hold(false);
    try {
      await seen.stage.undoAll();
    } finally {
      await seen.stage.stop();
    }
  }

  function strategyOf({ strategy: name }: SceneLane): DescribedStrategy {
    const known = strategies.find((each) => each.name === name);
    if (known) return known;
    throw new LabError('SCENE_INVALID', `There is no strategy "${name}".`);
  }

  async function logInAll(stage: Stage): Promise<void> {
    // Passwords cost more than a hundred requests each, and an instance that is held would be at them for minutes.
    const plan = on?.plan;
    const isHeld = plan !== undefined && plan.instanceCores !== null;
    if (isHeld) for (const lane of stage.lanes) lane.instances.hold(false);
    try {
      for (const lane of stage.lanes) await logInAgain(lane, signal);
    } finally {
      if (isHeld && limiter) for (const lane of stage.lanes) lane.instances.hold(true);
    }
  }

  const show: Show = {
    ...{ log, state, atMs },
    async setScene(plan) {
      await clear();
      signal.throwIfAborted();
      const counters = new Map(plan.lanes.map(({ id }) => [id, createLaneCounter()]));
      const holds = plan.instanceCores !== null && limiter !== null;
      const stage = await openStage({
        lanes: plan.lanes.map((lane) => ({
          ...{ id: lane.id, strategy: strategyOf(lane), environment: lane.set },
          ...{ spread: lane.spread, load: lane.load, listener: counters.get(lane.id)?.hear },
          ...{ isDelegated: lane.isDelegated, web: lane.web ?? undefined },
          atOnce: plan.atOnce ?? undefined,
          instances: lane.instances ?? undefined,
        })),
        ...{ control: null, instances: plan.instances, people: plan.people, newcomers: 0 },
        signal,
        ...{ perSecond: plan.rate, patienceMs: PATIENCE_MS, nodeOptions, stores },
        ...{ tokenLifeSeconds: plan.tokenLifeSeconds, instrumented: plan.instrumented },
        onRedisStart: () => {
          if (on?.stage === stage) holdRedis(on);
        },
        holder: holds
          ? {
              hold(name, pid) {
                const group = (limiter as CpuLimiter).hold(name, pid);
                return {
                  limit: (isOn) => group.setCores(isOn ? plan.instanceCores : null),
                  release: () => group.release(),
                };
              },
            }
          : null,
      });
      try {
        await logInAll(stage);
        for (const lane of stage.lanes) lane.beginRecord();
        await Promise.all(
          stage.lanes.flatMap((lane) =>
            lane.instances.all.map((each) => lane.warmUp(each, plan.warmUpRequests)),
          ),
        );
        signal.throwIfAborted();
        const seen: OnStage = {
          ...{ stage, plan, counters, redisGroup: null, heldBack: null },
          scene: sceneOf(plan, stage, limiter ? null : options.whyNoLimiter),
        };
        if (holds) for (const lane of stage.lanes) lane.instances.hold(true);
        holdRedis(seen);
        for (const lane of stage.lanes) lane.begin();
        on = seen;
        tell();
      } catch (error) {
        await stage.stop();
        throw error;
      }
    },
    setRate(perSecond, id) {
      for (const lane of lanesNamed(id)) lane.setRate(perSecond);
      const [most, atMost] = onStage().plan.atOnce === null ? ['', ''] : [' at most', '까지'];
      const text = {
        en: `${perSecond} requests/s${most}`,
        ko: `초당 ${perSecond}건${atMost} 요청`,
      };
      show.mark({ kind: 'hand', text: perSecond > 0 ? text : NOBODY_ASKS, lane: id });
    },
    async changeInstances(change, id) {
      const { plan } = onStage();
      const lanes = lanesNamed(id);
      await Promise.all(
        lanes.map(async (lane) => {
          const { instances } = lane;
          const more = Math.min(change, MOST_INSTANCES - instances.all.length);
          if (more > 0) await instances.add(more, (each) => lane.warmUp(each, plan.warmUpRequests));
          if (change < 0) await instances.remove(-change);
        }),
      );
      const count = (lanes[0] as Lane).instances.all.length;
      const text = {
        en: count === 1 ? '1 instance' : `${count} instances`,
        ko: `인스턴스 ${count}개`,
      };
      show.mark({ kind: 'hand', text, lane: id });
    },
    async apply(fault) {
      const { stage, scene } = onStage();
      const hand = scene.hands.find((each) => each.fault === fault);
      if (hand?.whyNot) throw new LabError('FAULT_UNAVAILABLE', hand.whyNot);
      const { title } = FAULTS[fault];
      show.mark({ kind: 'fault', text: { en: title, ko: title }, lane: null, fault });
      await stage.apply(fault);
      tell();
    },
    async undo(fault) {
      const { stage } = onStage();
      await stage.undo(fault);
      const title = FAULTS[fault].undoTitle ?? FAULTS[fault].title;
      show.mark({ kind: 'undo', text: { en: title, ko: title }, lane: null, fault });
      tell();
    },
    async undoAll() {
      const { stage } = onStage();
      await stage.undoAll();
      show.mark({ kind: 'undo', text: ALL_IS_MENDED, lane: null });
      await logInAll(stage);
      tell();
    },
    async logIn() {
      await logInAll(onStage().stage);
      show.mark({ kind: 'hand', text: EVERYBODY_LOGGED_IN, lane: null });
    },
    setLesson(shown) {
      lesson = shown;
      tell();
    },
    setLessons(known) {
      lessons = known;
    },
    mark(mark) {
      log.push({ type: 'mark', atMs: atMs(), mark });
    },
    async during(what, work) {
      busy = what;
      tell();
      try {
        return await work();
      } finally {
        busy = null;
        tell();
      }
    },
    collect() {
      const frames: Frame[] = [];
      collecting.add(frames);
      return () => {
        collecting.delete(frames);
        return frames;
      };
    },
    async stop() {
      clearInterval(timer);
      redisMeter.close();
      await clear();
    },
  };
  return show;
}

const ALL_IS_MENDED = { en: 'all is mended', ko: '모두 되돌림' };
const EVERYBODY_LOGGED_IN = { en: 'everybody has logged in again', ko: '모두 다시 로그인함' };
const NOBODY_ASKS = { en: 'nobody asks', ko: '아무도 요청하지 않음' };

export function troubleOf({ message }: Error): Mark {
  return { kind: 'trouble', text: { en: message, ko: message }, lane: null };
}

const NEEDS_INSTRUMENTS = ['stores-slow', 'clock-ahead', 'clock-behind'];

function sceneOf(plan: ScenePlan, stage: Stage, whyNoLimiter: string | null): Scene {
  const { instanceCores, redisCores, instrumented } = plan;
  const wantsLimits = instanceCores !== null || redisCores !== null;
  return {
    lanes: stage.lanes.map(({ id, strategy }) => {
      const set = plan.lanes.find((lane) => lane.id === id)?.set ?? {};
      const settings = Object.entries(set)
        .map(([name, value]) => `${name}=${value}`)
        .join(' ');
      return { id, strategy: strategy.name, settings };
    }),
    asFastAsAnswered: plan.atOnce !== null,
    ...{ instanceCores: whyNoLimiter === null ? instanceCores : null },
    ...{ redisCores: whyNoLimiter === null ? redisCores : null },
    machineCores: availableParallelism(),
    notHeld: wantsLimits ? whyNoLimiter : null,
    hands: (Object.keys(FAULTS) as FaultName[]).map((fault) => ({
      ...{ fault, title: FAULTS[fault].title, undoTitle: FAULTS[fault].undoTitle },
      whyNot:
        fault === 'nginx-reload' && !plan.lanes.some(({ web }) => web)
          ? 'No lane of this scene stands behind nginx.'
          : instrumented || !NEEDS_INSTRUMENTS.includes(fault)
            ? null
            : 'This scene has no slow way to the stores and no clocks of its own; the free stage has.',
    })),
  };
}
