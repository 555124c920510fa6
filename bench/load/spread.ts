/** Which connection goes to which instance, and which worker drives it. Pure. */
import type { Connection } from './workload.js';

/**
 * Gives connection i to instance i mod N.
 * @param origins one for each instance
 */
export function spreadOverInstances(
  users: readonly Omit<Connection, 'origin' | 'instance'>[],
  origins: readonly string[],
): Connection[] {
  return users.map((user, index) => {
    const instance = index % origins.length;
    return { ...user, instance, origin: origins[instance] as string };
  });
}

/** Deals whole hands: each worker gets, as far as it goes, the same number for every instance. */
export function spreadOverWorkers(
  connections: readonly Connection[],
  workers: number,
): Connection[][] {
  const shares: Connection[][] = Array.from({ length: workers }, () => []);
  const dealt = new Map<number, number>();
  for (const connection of connections) {
    const before = dealt.get(connection.instance) ?? 0;
    dealt.set(connection.instance, before + 1);
    // Starting at another worker for each instance keeps the totals even too.
    shares[(before + connection.instance) % workers]?.push(connection);
  }
  return shares.filter((share) => share.length > 0);
}
