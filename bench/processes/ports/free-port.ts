import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/**
 * A port nobody listens on at 127.0.0.1 now. Another process can take it before it is used, so
 * whoever starts a server on it must be ready to try again with another one.
 */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  probe.listen({ host: '127.0.0.1', port: 0, exclusive: true });
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
