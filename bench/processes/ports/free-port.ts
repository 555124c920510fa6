import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port nobody listens on at 127.0.0.1 now. Another process can take it before it is used, so
 * whoever starts a server on it must be ready to try again with another one.
 */
export async function findFreePort(): Promise<number> {
  const [port] = await findFreePorts(1);
  return port as number;
}

/** Different ones: asked for one after the other, the system may give the same port twice. */
export async function findFreePorts(count: number): Promise<number[]> {
  const probes = Array.from({ length: count }, () => createServer());
  for (const probe of probes) {
    probe.listen({ host: '127.0.0.1', port: 0, exclusive: true });
    await once(probe, 'listening');
  }
  const ports = probes.map((probe) => (probe.address() as AddressInfo).port);
  for (const probe of probes) {
    probe.close();
    await once(probe, 'close');
  }
  return ports;
}
