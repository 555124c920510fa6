/** What stands on the stage of a show, as data: lessons bring one each, and the free stage is one. */
import { availableParallelism } from 'node:os';
import type { Balance } from '../../fleet/web-tier/nginx-configuration.js';
import type { FaultNeed } from '../../stage/faults/fault.js';
import { FAULTS_OF_SINGLE_SERVERS, faultNamed } from '../../stage/faults/registry.js';
import type { LaneLoad } from '../../stage/requests.js';
import type { Stage } from '../../stage/stage.js';
import type { Scene } from './show-model.js';

export interface SceneLane {
  id: string;
  strategy: string;
  /** Settings of the service beside the usual ones. */
  set: Readonly<Record<string, string>>;
  instances: number | null;
  /** Whether a request comes to the instance that knows the login, or to any. */
  spread: 'sticky' | 'any';
  /** nginx before the instances, and how it balances; null: none. */
  web: Balance | null;
  /** Whether third parties ask, to whom people have handed the right to write posts. */
  isDelegated: boolean;
  load: LaneLoad;
}

export interface ScenePlan {
  lanes: readonly SceneLane[];
  instances: number;
  /** Of each instance; null: they take what they need. */
  instanceCores: number | null;
  redisCores: number | null;
  /** Requests a second to each lane, at the beginning. */
  rate: number;
  /** Requests of a lane that wait for an answer, at most, for each of its instances; null: no limit. */
  atOnce: number | null;
  /** Who are logged in at each lane. */
  people: number;
  /** Beside them, without passwords; none where an instance alone knows its logins. */
  crowd: number;
  /** To each instance before clients come: a new process compiles its code, and costs more until then. */
  warmUpRequests: number;
  /** Of access tokens; null: longer than a show. */
  tokenLifeSeconds: number | null;
  /** Whether the way to the stores can be made long, and clocks can be put wrong. */
  instrumented: boolean;
}

const WHY_NOT: Readonly<Record<FaultNeed, string>> = {
  instruments:
    'This scene has no slow way to the stores and no clocks of its own; the free stage has.',
  web: 'No lane of this scene stands behind nginx.',
  replicas: 'Redis is one server here.',
  cluster: 'Redis is one server here.',
  'database-replica': 'PostgreSQL is one server here.',
};

/** What watchers are told of it. */
export function sceneOf(plan: ScenePlan, stage: Stage, whyNoLimiter: string | null): Scene {
  const { instanceCores, redisCores, instrumented } = plan;
  const has = {
    instruments: instrumented,
    web: stage.lanes.some(({ instances }) => instances.web !== null),
    ...{ replicas: false, cluster: false, 'database-replica': false },
  };
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
    hasWeb: has.web,
    notHeld: wantsLimits ? whyNoLimiter : null,
    hands: FAULTS_OF_SINGLE_SERVERS.map((fault) => {
      const { title, undoTitle, needs } = faultNamed(fault);
      const whyNot = needs === undefined || has[needs] ? null : WHY_NOT[needs];
      return { fault, title, undoTitle, whyNot };
    }),
  };
}
