/** Before anything else: whether an address is an instance of this service, and what it says of itself. */
import { z } from 'zod';
import { LabError } from '../model/errors.js';
import { askTarget, type TargetAnswer } from './ask-target.js';
import { jsonOf } from './log-in.js';
import type { LocatedTarget, TargetAddress } from './target-address.js';

/**
 * No password is sent to a server that has not said what it is.
 *
 * @throws LabError TARGET_NOT_SERVICE, TARGET_NOT_READY, and those of askTarget
 */
export async function assertService(
  name: string,
  address: TargetAddress,
  signal?: AbortSignal,
): Promise<void> {
  const alive = await askTarget(address, { path: '/livez', signal });
  const said = z.object({ status: z.literal('alive') }).safeParse(jsonOf(alive.text));
  if (alive.status !== 200 || !said.success) throw notService(name, address, '/livez', alive);
  const ready = await askTarget(address, { path: '/readyz', signal });
  if (ready.status === 503) {
    throw new LabError(
      'TARGET_NOT_READY',
      `${name} (${address.url}) is not ready: GET /readyz answers 503. Does it reach its database and its Redis?`,
    );
  }
  if (ready.status !== 200) throw notService(name, address, '/readyz', ready);
}

function notService(
  name: string,
  { url }: TargetAddress,
  path: string,
  { status, headers }: Pick<TargetAnswer, 'status' | 'headers'>,
): LabError {
  const isElsewhere = status >= 300 && status < 400 && headers.location !== undefined;
  const what = isElsewhere
    ? `GET ${path} leads elsewhere (status ${status}), and the lab follows no redirect. Give the address itself`
    : status === 200
      ? `GET ${path} answers 200 with something else than this service does`
      : `GET ${path} answers ${status}`;
  return new LabError('TARGET_NOT_SERVICE', `${name} (${url}) is not this service: ${what}.`);
}

const document = z.object({ info: z.object({ 'x-strategy': z.string().regex(/^[\w-]{1,60}$/) }) });

/**
 * The strategy that its document names (GET /openapi.json).
 *
 * @returns null where it has none, or serves none
 */
export async function strategySaid(
  address: TargetAddress,
  signal?: AbortSignal,
): Promise<string | null> {
  const answer = await askTarget(address, { path: '/openapi.json', signal });
  const read = document.safeParse(jsonOf(answer.text));
  return answer.status === 200 && read.success ? read.data.info['x-strategy'] : null;
}

/**
 * GET /me must name the user who asks.
 *
 * @throws LabError TARGET_NOT_SERVICE, and those of askTarget
 */
export async function assertKnows(
  name: string,
  address: TargetAddress,
  email: string,
  credential: Record<string, string>,
  signal?: AbortSignal,
): Promise<void> {
  const answer = await askTarget(address, { path: '/me', headers: credential, signal });
  if (answer.status !== 200) throw notService(name, address, '/me', answer);
  const me = z.object({ email: z.string() }).safeParse(jsonOf(answer.text));
  if (me.success && me.data.email.toLowerCase() === email.toLowerCase()) return;
  throw new LabError(
    'TARGET_NOT_SERVICE',
    `${name} (${address.url}) is not this service: GET /me does not name the user who asks.`,
  );
}

/** What every address of a target must say alike. @throws LabError TARGET_UNLIKE */
export function sameAtAll<Said>(
  { name, addresses }: LocatedTarget,
  what: string,
  said: readonly Said[],
): Said {
  const other = said.findIndex((each) => each !== said[0]);
  if (other < 0) return said[0] as Said;
  throw new LabError(
    'TARGET_UNLIKE',
    `The addresses of ${name} are not one deployment: ${addresses[0]?.url} and ${addresses[other]?.url} differ in ${what}. Name them as two targets, or mend the deployment.`,
  );
}
