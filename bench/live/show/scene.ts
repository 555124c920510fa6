/** What stands on the stage of a show, as data: lessons bring one each, and the free stage is one. */
import type { Balance } from '../../fleet/web-tier/nginx-configuration.js';
import type { LaneLoad } from '../../stage/requests.js';

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
  /** To each instance before clients come: a new process compiles its code, and costs more until then. */
  warmUpRequests: number;
  /** Of access tokens; null: longer than a show. */
  tokenLifeSeconds: number | null;
  /** Whether the way to the stores can be made long, and clocks can be put wrong. */
  instrumented: boolean;
}
