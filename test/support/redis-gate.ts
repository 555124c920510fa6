import { Redis } from 'ioredis';
import { readRedisServers } from '../../src/config/redis-servers.js';
import { eventually } from './eventually.js';
import { createTcpGate, type TcpGate } from './tcp-gate.js';

/** A door in front of a Redis: of a cluster one in front of each node, which the nodes announce in place of themselves. */
export async function createRedisGate(url: string): Promise<TcpGate> {
  const servers = readRedisServers(url);
  if ('problem' in servers || servers.kind !== 'cluster') return createTcpGate(url);
  const password = servers.password ?? '';
  const urls = servers.nodes.map(({ host, port }) => `redis://:${password}@${host}:${port}`);
  const nodes = urls.map((each) => new Redis(each));
  const gates = await Promise.all(urls.map(createTcpGate));
  const all = async (work: (gate: TcpGate) => Promise<void>) => {
    await Promise.all(gates.map(work));
  };
  try {
    await announcePorts(nodes, gates.map(portOf));
  } catch (error) {
    await all((gate) => gate.shut());
    throw error;
  } finally {
    for (const node of nodes) node.disconnect();
  }
  const addresses = gates.map((gate) => new URL(gate.url).host).join(',');
  return {
    url: `redis-cluster://:${password}@${addresses}`,
    shut: () => all((gate) => gate.shut()),
    open: () => all((gate) => gate.open()),
    slowDown: (ms) => {
      for (const gate of gates) gate.slowDown(ms);
    },
    freeze: () => {
      const thaws = gates.map((gate) => gate.freeze());
      return () => {
        for (const thaw of thaws) thaw();
      };
    },
    leadTo: () => {
      throw new Error('a cluster has no single server to take its place');
    },
  };
}

export const portOf = ({ url }: TcpGate): number => Number(new URL(url).port);

/** Clients and nodes are told of the nodes of a cluster at these ports of 127.0.0.1; 0 is a node's own. Resolves when each node knows. */
export async function announcePorts(
  nodes: readonly Redis[],
  ports: readonly number[],
): Promise<void> {
  await Promise.all(
    nodes.map((node, index) => node.config('SET', 'cluster-announce-port', ports[index] ?? 0)),
  );
  const own = nodes.map(({ options }) => options.port as number);
  const expected = ports.map((port, index) => port || own[index]).sort();
  const announced = async (node: Redis) =>
    (await node.cluster('SLOTS')).map(([, , master]) => master?.[1]);
  await eventually(
    async () =>
      (await Promise.all(nodes.map(announced))).every(
        (seen) => JSON.stringify(seen.sort()) === JSON.stringify(expected),
      ),
    'every node knows what the others announce',
    10_000,
  );
}
