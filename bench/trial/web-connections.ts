/**
 * Who the connections of a trial act as where all of them go to a web tier. Each behaves as a browser
 * does: it keeps the cookies that its answers set, the web tier's among them.
 */

import type { Balance } from '../fleet/web-tier/nginx-configuration.js';
import { type Credentials, logInAll, visitAll } from '../load/credentials.js';
import {
  type ConnectInput,
  isBoundToInstance,
  type TrialConnections,
  usersFor,
  withoutCredential,
} from './trial-connections.js';

export interface WebEntrance {
  origin: string;
  balance: Balance;
}

/**
 * @throws LabError LOGIN_FAILED, VISIT_FAILED
 */
export async function connectThroughWeb(
  input: ConnectInput,
  web: WebEntrance,
): Promise<TrialConnections> {
  const users = await usersBehind(input, web);
  return {
    // No connection belongs to an instance: the web tier chooses one for each request.
    connections: users.map((user) => ({ ...user, origin: web.origin, instance: 0 })),
    probes: await probesOf(input),
  };
}

async function usersBehind(input: ConnectInput, web: WebEntrance): Promise<Credentials> {
  const { strategy, workload, seeded, origins, signal } = input;
  const bound = isBoundToInstance(strategy);
  const known = bound ? withoutCredential(seeded.users, seeded.password) : input.credentials;
  const users = usersFor({ ...input, credentials: known }, origins.length);
  if (workload.logsIn) return users;
  if (bound) {
    const wanted = users.map(({ user }) => user);
    return logInAll(web.origin, wanted, seeded.password, signal);
  }
  // Logged in before, without the web tier: the first answer of it says where to go from then on.
  return web.balance === 'sticky' ? visitAll(web.origin, users, signal) : users;
}

/** Each instance is asked by itself: the web tier would not say which one has answered. */
function probesOf(input: ConnectInput): Promise<TrialConnections['probes']> {
  const { strategy, seeded, origins, signal } = input;
  const [first] = seeded.users as [(typeof seeded.users)[number]];
  return Promise.all(
    origins.map(async (origin, instance) => {
      const [known] = isBoundToInstance(strategy)
        ? await logInAll(origin, [first], seeded.password, signal)
        : input.credentials;
      return { ...(known as Credentials[number]), origin, instance };
    }),
  );
}
