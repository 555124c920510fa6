/** A show: a stage that stays, four frames a second of what it does, and hands. Whoever has hands lets them take turns. */
import type { SeededStores } from '../../fleet/seeded-stores.js';
import { LabError } from '../../model/errors.js';
import type { DescribedStrategy } from '../../model/result-schema.js';
import type { CpuLimiter } from '../../processes/cpu-limits/cpu-limiter.js';
import { FAULTS, type FaultName } from '../../stage/faults/registry.js';
import type { Lane } from '../../stage/lane.js';
import { logInAgain } from '../../stage/log-in-again.js';
import { openStage, type Stage } from '../../stage/stage.js';
import { FRAME_MS, type OnStage, openFrameReader } from './frames.js';
import { createLaneCounter } from './lane-counter.js';
import { type MessageLog, openMessageLog } from './message-log.js';
import { type SceneLane, type ScenePlan, sceneOf } from './scene.js';
import type { Frame, Mark, ShownLesson, ShownState } from './show-model.js';

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
  /** nginx before every lane, or away. */
  setWeb(isThere: boolean): Promise<void>;
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

const MOST_INSTANCES = 8;
const PATIENCE_MS = 2000;
const TELL_AFTER_MS = 50;
/** People of a lane; no lane takes those of another. */
export const PEOPLE_MAX = 20;
export const CROWD_MAX = 2000;
export const LANES_MAX = 6;

export function openShow(options: ShowOptions): Show {
  const { stores, strategies, limiter, nodeOptions, watchers, signal } = options;
  const log = openMessageLog();
  const beganMs = performance.now();
  const atMs = () => performance.now() - beganMs;
  const reader = openFrameReader({ stores, watchers, atMs });
  const collecting = new Set<Frame[]>();
  let on: OnStage | null = null;
  let lesson: ShownLesson | null = null;
  let lessons: ShownState['lessons'] = [];
  let busy: string | null = null;
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

  const timer = setInterval(() => {
    if (on === null || isReading) return;
    isReading = true;
    const seen = on;
    reader
      .read(seen)
      .then((frame) => {
        // Of a scene that is no more nothing is told.
        if (on !== seen) return;
        for (const frames of collecting) frames.push(frame);
        log.push({ type: 'frame', frame });
      })
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
          crowd: plan.crowd,
          instances: lane.instances ?? undefined,
        })),
        mayHaveWeb: true,
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
    async setWeb(isThere) {
      const seen = onStage();
      try {
        await seen.stage.setWeb(isThere ? 'round-robin' : null);
      } finally {
        // Where one lane fails, others may have it.
        seen.scene = sceneOf(seen.plan, seen.stage, limiter ? null : options.whyNoLimiter);
      }
      show.mark({ kind: 'hand', text: isThere ? NGINX_CAME : NGINX_WENT, lane: null });
      tell();
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
      reader.close();
      await clear();
    },
  };
  return show;
}

const ALL_IS_MENDED = { en: 'all is mended', ko: '모두 되돌림' };
const EVERYBODY_LOGGED_IN = { en: 'everybody has logged in again', ko: '모두 다시 로그인함' };
const NGINX_CAME = { en: 'nginx before the instances', ko: '인스턴스 앞에 nginx' };
const NGINX_WENT = { en: 'without nginx', ko: 'nginx 제거' };
const NOBODY_ASKS = { en: 'nobody asks', ko: '아무도 요청하지 않음' };

export function troubleOf({ message }: Error): Mark {
  return { kind: 'trouble', text: { en: message, ko: message }, lane: null };
}
