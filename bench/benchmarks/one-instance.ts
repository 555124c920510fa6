/** One instance with users logged in: what a benchmark of the load generator itself needs. */

import { startFleet } from '../fleet/fleet.js';
import { withSeededStores } from '../fleet/seeded-stores.js';
import { describeService, type SeededData } from '../fleet/service-commands.js';
import { type Credentials, logInAll } from '../load/credentials.js';
import { spreadOverInstances } from '../load/spread.js';
import type { Connection } from '../load/workload.js';
import type { Guardian } from '../processes/guardian/guardian.js';

export interface OneInstance {
  origin: string;
  credentials: Credentials;
  connections: Connection[];
  seeded: SeededData;
  guardian: Guardian;
}

export function withOneInstance<Outcome>(
  strategy: string,
  connections: number,
  signal: AbortSignal,
  use: (instance: OneInstance) => Promise<Outcome>,
): Promise<Outcome> {
  const say = (line: string) => process.stdout.write(`${line}\n`);
  return withSeededStores({ users: connections, posts: 1000, signal, say }, async (ready) => {
    const { guardian, seeded, serviceEnvironment: environment } = ready;
    const known = (await describeService()).find(({ name }) => name === strategy);
    const companions = known?.companions ?? [];
    const fleet = await startFleet({ strategy, instances: 1, companions, environment, guardian });
    try {
      const origin = fleet.instances[0]?.origin as string;
      const credentials = await logInAll(origin, seeded.users, seeded.password, signal);
      return await use({
        origin,
        credentials,
        connections: spreadOverInstances(credentials, [origin]),
        seeded,
        guardian,
      });
    } finally {
      await fleet.stop();
    }
  });
}
