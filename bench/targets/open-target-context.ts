/** What the trials of targets need: load workers, and nothing of the lab's own to be loaded. */
import type { LoadMode } from '../load/load-mode.js';
import { openLoadProcesses } from '../load/load-processes.js';
import { modeOf } from '../load/mode-of.js';
import { LabError } from '../model/errors.js';
import { startGuardian } from '../processes/guardian/guardian.js';
import type { TrialContext } from '../trial/context.js';
import type { ContextInput } from '../trial/open-context.js';
import { rehearse } from '../trial/rehearsal.js';
import { loadedTargets } from './loaded-targets.js';
import { connectionAt, type OpenTargets } from './open-targets.js';
import type { TargetAddress } from './target-address.js';

/** What a trial takes besides its warm-up and its windows: answers checked, connections opened, readings. */
const OVERHEAD_SECONDS = 1.5;
const WARM_UPS = 2;

/** @param lastingSeconds how long a credential has to last from the login of a trial on */
export function openTargetContext(opened: OpenTargets, lastingSeconds: number) {
  return async (
    { config, strategies, agents, emit, signal }: ContextInput,
    _result: unknown,
    use: (context: TrialContext, secondsPerTrial: number) => Promise<void>,
    mode: LoadMode = modeOf(config),
  ): Promise<void> => {
    const guardian = await startGuardian();
    try {
      const load = agents?.load ?? openLoadProcesses(config.loadWorkers, guardian);
      try {
        const context: TrialContext = {
          config,
          forPlan: (plan) => ({ ...context, config: plan }),
          strategies,
          credentials: new Map(),
          seeded: {
            users: [],
            password: '',
            posts: { count: config.posts, ...opened.posts },
          },
          serviceEnvironment: {},
          system: loadedTargets(opened, lastingSeconds),
          meter: null,
          stores: [],
          probes: new Map(),
          load,
          mode,
          guardian,
          holder: HOLDS_NOTHING,
          signal,
          emit,
        };
        if (!mode.warmsUp) {
          emit({ type: 'stage', message: 'Rehearsing the load' });
          await rehearseOn(opened, context, lastingSeconds);
        }
        const secondsPerTrial = OVERHEAD_SECONDS + config.seconds + WARM_UPS * config.warmUpSeconds;
        await use(context, secondsPerTrial);
      } finally {
        load.stop();
      }
    } finally {
      await guardian.stop();
    }
  };
}

/** On the first target: it is the load generator that has to be warm. */
async function rehearseOn(
  { targets, users }: OpenTargets,
  context: TrialContext,
  lastingSeconds: number,
): Promise<void> {
  const [target] = targets;
  if (!target) return;
  const known = await target.logins.lasting(lastingSeconds);
  const { users: loggedIn } = context.config;
  await rehearse(context, ({ logsIn, maxConnections = loggedIn }) => {
    const first = logsIn ? loggedIn : 0;
    const mine = users.slice(first, first + Math.min(loggedIn, maxConnections));
    return mine.map((user, index) => {
      const instance = index % target.addresses.length;
      const address = target.addresses[instance] as TargetAddress;
      return connectionAt(address, instance, user, logsIn ? {} : known[index]);
    });
  });
}

const HOLDS_NOTHING: TrialContext['holder'] = {
  sessionStore: { cores: null, throttledSeconds: () => null, limit() {}, release() {} },
  database: { cores: null, throttledSeconds: () => null, limit() {}, release() {} },
  active: false,
  notHeld: [],
  hold({ name }) {
    throw new LabError('CPU_LIMIT_FAILED', `${name} was not started by the lab.`);
  },
};
