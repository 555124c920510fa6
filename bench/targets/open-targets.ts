/**
 * Deployments that the lab did not start, made sure of before any load is sent: each is this service, lets its
 * users in, and answers what the workloads ask.
 */
import { createHash } from 'node:crypto';
import type { SeededPosts, Workload } from '../load/workload.js';
import { LabError } from '../model/errors.js';
import type { Variant } from '../model/variant.js';
import { askTarget } from './ask-target.js';
import { commonPosts, newestPosts } from './find-posts.js';
import { type KnownCpu, knownCpuOf } from './known-cpu.js';
import { jsonOf, type LoginBook, openLoginBook } from './log-in.js';
import { assertKnows, assertService, sameAtAll, strategySaid } from './probe-target.js';
import type { LocatedTarget, TargetAddress } from './target-address.js';
import type { TargetUser } from './target-users.js';

export interface TargetsInput {
  targets: readonly LocatedTarget[];
  /** Operator tokens, by the name of the target. */
  tokens: ReadonlyMap<string, string>;
  /** One for each connection, and behind them those that log in under load. */
  users: readonly TargetUser[];
  connections: number;
  workloads: readonly Workload[];
  /** How long a credential has to last. */
  lastingSeconds: number;
  signal: AbortSignal;
  say(message: string): void;
}

export interface OpenTarget extends LocatedTarget {
  variant: Variant;
  token: string | null;
  cpu: KnownCpu;
  /** Of the users of connections, each logged in where its connection goes. */
  logins: LoginBook;
  /** The first user at each address. */
  probeLogins: LoginBook;
  /** The first answer to the probe of each workload. */
  answers: Map<string, string>;
}

export interface OpenTargets {
  targets: readonly OpenTarget[];
  users: readonly TargetUser[];
  posts: SeededPosts;
}

/** @throws LabError whatever is wrong with any of them, before any load; the reason of the signal */
export async function openTargets(input: TargetsInput): Promise<OpenTargets> {
  const { targets, say, signal, workloads, connections } = input;
  for (const { name, addresses } of targets) {
    say(`Looking at ${name} (${addresses.map(({ url }) => url).join(', ')})`);
    for (const address of addresses) await assertService(name, address, signal);
  }
  const opened: OpenTarget[] = [];
  for (const target of targets) opened.push(await openTarget(target, input));
  const posts = await postsFor(opened, input);
  for (const target of opened) await probeWorkloads(target, workloads, posts, input);
  for (const target of opened) {
    say(`Logging ${connections} users in: ${target.name}`);
    await target.logins.lasting(input.lastingSeconds);
  }
  return { targets: opened, users: input.users, posts };
}

async function openTarget(target: LocatedTarget, input: TargetsInput): Promise<OpenTarget> {
  const { name, addresses } = target;
  const { signal, tokens, users, connections } = input;
  const strategies: (string | null)[] = [];
  for (const address of addresses) strategies.push(await strategySaid(address, signal));
  const strategy = sameAtAll(target, 'the strategy that their documents name', strategies);
  const place = (index: number) => addresses[index % addresses.length] as TargetAddress;
  const first = users[0] as TargetUser;
  const probeLogins = openLoginBook(
    name,
    addresses.map(() => first),
    place,
    signal,
  );
  const probes = await probeLogins.lasting(input.lastingSeconds);
  const carriers = probes.map((credential) => Object.keys(credential).sort().join(', '));
  const credential = sameAtAll(target, 'how a credential is carried', carriers);
  for (const [index, address] of addresses.entries()) {
    await assertKnows(name, address, first.email, probes[index] ?? {}, signal);
  }
  const token = tokens.get(name) ?? null;
  const cpu = await knownCpuOf(target, token, probes, signal);
  return {
    ...target,
    token,
    cpu,
    probeLogins,
    logins: openLoginBook(name, users.slice(0, connections), place, signal),
    answers: new Map(),
    variant: {
      id: name,
      strategy,
      environment: {},
      target: {
        addresses: addresses.map(({ url, origin, ofThisMachine }) => ({
          ...{ url, origin, ofThisMachine },
        })),
        credential,
        runtime: cpu.runtime,
        cpuFrom: cpu.from,
        ...(cpu.from === null ? { cpuUnknown: cpu.why } : { readingCpuMs: cpu.readingCpuMs }),
        answers: [],
      },
    },
  };
}

async function postsFor(
  targets: readonly OpenTarget[],
  { workloads, lastingSeconds, signal }: TargetsInput,
): Promise<SeededPosts> {
  if (!workloads.some(({ needsPosts }) => needsPosts)) return { firstId: 0, lastId: 0 };
  const found: { name: string; ids: number[] }[] = [];
  for (const { name, addresses, probeLogins } of targets) {
    const [credential = {}] = await probeLogins.lasting(lastingSeconds);
    const ids = await newestPosts(name, addresses[0] as TargetAddress, credential, signal);
    found.push({ name, ids });
  }
  return commonPosts(found);
}

/** One answer at all addresses of a target; of two targets they are noted, and a report holds them against each other. */
async function probeWorkloads(
  target: OpenTarget,
  workloads: readonly Workload[],
  posts: SeededPosts,
  { lastingSeconds, signal, users }: TargetsInput,
): Promise<void> {
  const credentials = await target.probeLogins.lasting(lastingSeconds);
  for (const workload of workloads) {
    const texts: string[] = [];
    for (const [index, address] of target.addresses.entries()) {
      const connection = connectionAt(address, index, users[0] as TargetUser, credentials[index]);
      const request = workload.probe({ connection, posts, random: () => 0 });
      const answer = await askTarget(address, { ...request, signal });
      if (answer.status !== 200) {
        throw new LabError(
          'TARGET_WITHOUT_WORKLOAD',
          `${target.name} (${address.url}) cannot be asked for ${workload.name}: ${request.method} ${request.path} answers ${answer.status}. Take other --workloads.`,
        );
      }
      texts.push(answer.text);
    }
    const text = sameAtAll(target, `their answer to the probe of ${workload.name}`, texts);
    target.answers.set(workload.name, text);
    target.variant.target?.answers.push({
      workload: workload.name,
      bytes: Buffer.byteLength(text),
      sha256: createHash('sha256').update(withoutIds(text)).digest('hex'),
    });
  }
}

/** Ids and times of a database are its own; two that are seeded alike may differ in them. */
function withoutIds(text: string): string {
  const read = jsonOf(text);
  if (typeof read !== 'object' || read === null) return text;
  const own = ['id', 'ownerId', 'createdAt', 'updatedAt'];
  return JSON.stringify(Object.entries(read).filter(([name]) => !own.includes(name)));
}

export function connectionAt(
  { origin, headers }: TargetAddress,
  instance: number,
  { email, password }: TargetUser,
  credential: Record<string, string> = {},
) {
  return {
    ...{ origin, instance, password },
    credential: { ...headers, ...credential },
    user: { id: 0, email, name: email },
  };
}
