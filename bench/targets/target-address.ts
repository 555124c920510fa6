/** Where targets are: names looked up once, and nothing loaded that nobody has allowed. */
import { BlockList, isIP } from 'node:net';
import { usageError } from '../model/errors.js';
import { type AddressGate, inUrl, withoutBrackets } from '../network/allowed-addresses.js';

/** As somebody has named it. */
export interface AskedTarget {
  name: string;
  /** Origins, without a path. */
  urls: readonly URL[];
}

export interface TargetAddress {
  /** As given, without a slash at its end. */
  url: string;
  /** What is connected to. */
  origin: string;
  ofThisMachine: boolean;
  /** Sent with every request: the name that was given, which the origin does not have any more. */
  headers: Record<string, string>;
}

export interface LocatedTarget {
  name: string;
  addresses: readonly TargetAddress[];
}

const LEAST_TARGETS = 2;

/**
 * @param gate to be asked before anything is sent
 * @param own admits the addresses of this machine alone
 * @throws LabError TARGET_ALONE, TARGET_NAME_TWICE, TARGET_ADDRESS_TWICE, HOST_UNKNOWN, ADDRESS_NOT_ALLOWED,
 *   exit code 2
 */
export async function locateTargets(
  asked: readonly AskedTarget[],
  gate: AddressGate,
  own: Pick<AddressGate, 'admits'>,
): Promise<LocatedTarget[]> {
  if (asked.length < LEAST_TARGETS) {
    throw usageError(
      'TARGET_ALONE',
      `There is nothing to compare ${asked[0]?.name} with. Give --target a second time: --target OTHER=http://HOST:PORT`,
    );
  }
  assertNames(asked);
  const located: LocatedTarget[] = [];
  for (const { name, urls } of asked) {
    const addresses: TargetAddress[] = [];
    for (const url of urls) addresses.push(await locate(url, gate, own));
    located.push({ name, addresses });
  }
  assertApart(located);
  return located;
}

function assertNames(asked: readonly AskedTarget[]): void {
  const seen = new Map<string, string>();
  for (const { name } of asked) {
    const variable = tokenVariable(name);
    const other = seen.get(variable);
    if (other !== undefined) {
      throw usageError(
        'TARGET_NAME_TWICE',
        other === name
          ? `Two targets are named ${name}. Give each a name of its own.`
          : `The names ${other} and ${name} are too much alike: both would take ${variable}. Give one of them another name.`,
      );
    }
    seen.set(variable, name);
  }
}

/** The environment variable that holds its operator token, which has no place on a command line. */
export function tokenVariable(name: string): string {
  return `TARGET_TOKEN_${name.toUpperCase().replace(/[^A-Z0-9]/g, '_')}`;
}

async function locate(
  url: URL,
  gate: AddressGate,
  own: Pick<AddressGate, 'admits'>,
): Promise<TargetAddress> {
  const host = withoutBrackets(url.hostname);
  const port = Number(url.port || 80);
  const address = await gate.addressOf(host, port);
  return {
    url: url.origin,
    origin: `http://${inUrl(address)}:${port}`,
    ofThisMachine: own.admits(address, port),
    headers: isIP(host) === 0 ? { Host: url.host } : {},
  };
}

/** A deployment against itself would look like two that are alike. */
function assertApart(targets: readonly LocatedTarget[]): void {
  const seen = new Map<string, { name: string; url: string }>();
  for (const { name, addresses } of targets) {
    for (const { origin, url } of addresses) {
      const key = loopbackAsOne(origin);
      const other = seen.get(key);
      if (other !== undefined) {
        throw usageError(
          'TARGET_ADDRESS_TWICE',
          other.name === name
            ? `${name} has the same address twice: ${other.url} and ${url}.`
            : `${other.name} and ${name} are the same address: ${other.url} and ${url}. A target is compared with another one.`,
        );
      }
      seen.set(key, { name, url });
    }
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addAddress('127.0.0.1');
LOOPBACK.addAddress('0.0.0.0');
LOOPBACK.addAddress('::', 'ipv6');
LOOPBACK.addAddress('::1', 'ipv6');

/** A port of 127.0.0.1 and of ::1 has mostly one server; one of 127.0.0.2 may have another. */
function loopbackAsOne(origin: string): string {
  const { hostname, port } = new URL(origin);
  const address = withoutBrackets(hostname);
  const isOne = LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  return `${isOne ? 'loopback' : address}:${port || '80'}`;
}
