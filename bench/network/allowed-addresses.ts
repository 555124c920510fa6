/**
 * Which addresses load may be sent to: those of this machine, and whatever somebody has named. The lab must
 * not become a weapon, nor meet production by a typing error (docs/targets.md).
 *
 * A name is looked up once in a run. The address that came back is what is checked, and what is used from then
 * on: a name that leads elsewhere a second later changes nothing.
 */
import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { LabError, usageError } from '../model/errors.js';

/** One of what somebody has named; `text` as it was typed. */
export type AllowedAddress =
  | { text: string; host: string; port: number | null }
  | { text: string; network: string; prefix: number };

/** The addresses of a name, the first first. @throws LabError HOST_UNKNOWN */
export type Resolve = (host: string) => Promise<readonly string[]>;

export interface AddressGate {
  /** Whether load may be sent there. */
  admits(address: string, port: number): boolean;
  /**
   * @returns the address of that host: what is to be connected to
   * @throws LabError HOST_UNKNOWN, ADDRESS_NOT_ALLOWED, with exit code 2
   */
  addressOf(host: string, port: number): Promise<string>;
}

/** A range that holds more of the internet than that names nothing. */
const SHORTEST_PREFIX = { 4: 8, 6: 32 } as const;
const HIGHEST_PORT = 65_535;

/**
 * HOST, HOST:PORT, [IPv6]:PORT, or a range as 10.0.0.0/24.
 *
 * @returns undefined for anything else, and for a range that is wider than /8 (IPv6: /32)
 */
export function readAllowed(text: string): AllowedAddress | undefined {
  const range = /^([\d.]+|[\da-f:.]+)\/(\d{1,3})$/i.exec(text);
  if (range) return readRange(text, range[1] as string, Number(range[2]));
  if (isIP(text) === 6) {
    const host = hostIn(`[${text}]`);
    return host === undefined ? undefined : { text, host, port: null };
  }
  const [, name, digits] = /^(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = name === undefined ? undefined : hostIn(name);
  const port = digits === undefined ? null : Number(digits);
  if (host === undefined || port === 0 || (port ?? 0) > HIGHEST_PORT) return undefined;
  return { text, host, port };
}

function readRange(text: string, network: string, prefix: number): AllowedAddress | undefined {
  const family = isIP(network);
  if (family !== 4 && family !== 6) return undefined;
  const longest = family === 4 ? 32 : 128;
  if (prefix < SHORTEST_PREFIX[family] || prefix > longest) return undefined;
  return { text, network, prefix };
}

/** As a URL has it: 127.1 is 127.0.0.1. undefined for what is no host. */
function hostIn(text: string): string | undefined {
  const shape = text.startsWith('[') ? /^\[[\da-f:.]+\]$/i : /^[\p{L}\p{N}._-]+$/u;
  if (!shape.test(text) || !URL.canParse(`http://${text}`)) return undefined;
  const { hostname } = new URL(`http://${text}`);
  return withoutBrackets(hostname) || undefined;
}

/** What a URL calls [::1] is ::1 everywhere else. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, '$1');
}

/**
 * @param own addresses of this machine; null: this machine too is loaded only where that is allowed
 * @throws LabError HOST_UNKNOWN for an allowed name that has no address
 */
export async function openAddressGate(
  allowed: readonly AllowedAddress[],
  resolve: Resolve = resolveOnce(),
  own: readonly string[] | null = addressesOfThisMachine(),
): Promise<AddressGate> {
  const ofThisMachine = listOf(own ?? []);
  if (own !== null) {
    ofThisMachine.addSubnet('127.0.0.0', 8, 'ipv4');
    // The unspecified address, where a connection comes to loopback.
    add(ofThisMachine, ['0.0.0.0', '::', '::1']);
  }
  const anyPort = new BlockList();
  const onPorts: { list: BlockList; port: number }[] = [];
  for (const each of allowed) {
    if ('network' in each) anyPort.addSubnet(each.network, each.prefix, familyOf(each.network));
    else {
      const addresses = await resolve(each.host);
      if (each.port === null) add(anyPort, addresses);
      else onPorts.push({ list: listOf(addresses), port: each.port });
    }
  }
  const admits = (address: string, port: number) => {
    const family = familyOf(address);
    return (
      ofThisMachine.check(address, family) ||
      anyPort.check(address, family) ||
      onPorts.some((each) => each.port === port && each.list.check(address, family))
    );
  };
  return {
    admits,
    async addressOf(host, port) {
      const [address] = (await resolve(host)) as [string];
      if (admits(address, port)) return address;
      const named = host === address ? address : `${host} (${address})`;
      throw usageError(
        'ADDRESS_NOT_ALLOWED',
        `${named} is not this machine, and load on somebody else's server is an attack. If it is yours to load, say so: --allow ${inUrl(host)}:${port}`,
      );
    },
  };
}

/** As it stands in a URL. */
export function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

/** Asks for each name once, whoever wants to know, and takes IPv4 first: servers listen there more often. */
export function resolveOnce(
  look: (host: string) => Promise<readonly { address: string; family: number }[]> = (host) =>
    lookup(host, { all: true }),
): Resolve {
  const known = new Map<string, Promise<readonly string[]>>();
  return (host) => {
    if (isIP(host) !== 0) return Promise.resolve([host]);
    const asked = known.get(host) ?? lookUp(host, look);
    known.set(host, asked);
    return asked;
  };
}

async function lookUp(
  host: string,
  look: (host: string) => Promise<readonly { address: string; family: number }[]>,
): Promise<readonly string[]> {
  try {
    const found = [...(await look(host))].sort((one, other) => one.family - other.family);
    if (found.length > 0) return found.map(({ address }) => address);
  } catch (error) {
    throw unknown(host, error);
  }
  throw unknown(host);
}

function unknown(host: string, cause?: unknown): LabError {
  const why = (cause as NodeJS.ErrnoException | undefined)?.code ?? 'no address';
  const message = `There is no address for the name ${host} (${why}). Is it spelt right?`;
  return new LabError('HOST_UNKNOWN', message, { cause, exitCode: 2 });
}

function addressesOfThisMachine(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .map(({ address }) => address);
}

function listOf(addresses: readonly string[]): BlockList {
  const list = new BlockList();
  add(list, addresses);
  return list;
}

function add(list: BlockList, addresses: readonly string[]): void {
  for (const address of addresses) list.addAddress(address, familyOf(address));
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
