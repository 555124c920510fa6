/**
 * The question of the logout: users who are logged in at a fleet of each variant use their credential at
 * every instance, log out at the first, and go on asking. For how long does each instance still let them in?
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Instance } from '../../fleet/fleet.js';
import { logInAll } from '../../load/credentials.js';
import { fetchAnswer } from '../../load/fetch-answer.js';
import { LabError } from '../../model/errors.js';
import type { EndedLogin, Logout, VariantDoors } from '../../model/logout-schema.js';
import type { Variant } from '../../model/variant.js';
import type { TrialContext } from '../../trial/context.js';
import { startVariant } from '../../trial/own-fleets.js';

export interface LogoutPlan {
  variants: readonly Variant[];
  /** Of each variant. */
  instances: number;
  /** Of the access tokens of this measurement: short, so that their end can be waited for. */
  tokenLifeSeconds: number;
  /** Of an access token where nobody says otherwise. */
  configuredLifeSeconds: number;
}

/** Users of each variant; they log in one after the other, so that their credentials differ in age. */
const USERS = 3;
/** Fewer would not show that what is left of a token's life is what counts. */
const LEAST_USERS = 2;
const MOST_TRIES = 3;
/** Of a token's life, when it is logged out. */
const LEAST_LEFT_MS = 800;
const EVERY_MS = 10;
/** After the end of the last token: an instance that lets somebody in again is seen. */
const BEYOND_MS = 1000;
const PATIENCE_MS = 2000;
const WHOLE_SECOND_MS = 1000;

/** @throws the signal's reason when the run is cancelled; everything it started is stopped by then */
export async function measureLogout(plan: LogoutPlan, context: TrialContext): Promise<Logout> {
  const { tokenLifeSeconds, instances, configuredLifeSeconds, variants } = plan;
  return {
    instances,
    tokenLifeSeconds,
    configuredLifeSeconds,
    everyMs: EVERY_MS,
    askedForSeconds: tokenLifeSeconds + BEYOND_MS / 1000,
    variants: await Promise.all(variants.map((variant) => measureVariant(variant, plan, context))),
  };
}

async function measureVariant(
  { id, environment }: Variant,
  { instances, tokenLifeSeconds }: LogoutPlan,
  context: TrialContext,
): Promise<VariantDoors> {
  const { signal } = context;
  const serviceEnvironment = {
    ...context.serviceEnvironment,
    ACCESS_TOKEN_TTL_SECONDS: String(tokenLifeSeconds),
    ...environment,
  };
  const logins: EndedLogin[] = [];
  try {
    const { fleet, stop } = await startVariant(id, instances, { ...context, serviceEnvironment });
    try {
      const users = await logInUsers(fleet.instances, tokenLifeSeconds, context);
      const doors = users.map((user) => ({
        user,
        watched: fleet.instances.map((instance) => watchDoor(instance, user.credential)),
      }));
      await delay(5 * EVERY_MS, undefined, { signal });
      await Promise.all(users.map((user) => logOut(fleet.instances[0] as Instance, user)));
      const endedMs = performance.now();
      for (const { watched } of doors) for (const door of watched) door.close(endedMs);
      await delay(tokenLifeSeconds * 1000 + BEYOND_MS, undefined, { signal });
      for (const { user, watched } of doors) {
        logins.push({
          ageSeconds: (endedMs - user.loggedInMs) / 1000,
          instances: await Promise.all(watched.map((door) => door.stop())),
        });
      }
      return { variant: id, logins };
    } finally {
      await stop();
    }
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof LabError)) throw error;
    return { variant: id, logins, failure: error.message };
  }
}

/**
 * On a machine that does much else a login takes its time, and the oldest may be near its end before the last is there.
 * Those are left out, and all log in again where too few remain.
 */
async function logInUsers(
  instances: readonly Instance[],
  tokenLifeSeconds: number,
  context: TrialContext,
): Promise<LoggedIn[]> {
  let young: LoggedIn[] = [];
  for (let tries = 0; tries < MOST_TRIES && young.length < LEAST_USERS; tries++) {
    const users = await logInOneByOne(instances, tokenLifeSeconds, context);
    const latestMs = performance.now() - tokenLifeSeconds * 1000 + LEAST_LEFT_MS;
    young = users.filter(({ loggedInMs }) => loggedInMs > latestMs);
  }
  if (young.length === 0) {
    throw new LabError(
      'LOGIN_FAILED',
      `Logins took longer than a token lives (${tokenLifeSeconds} s): this machine is too busy.`,
    );
  }
  return young;
}

interface LoggedIn {
  credential: Record<string, string>;
  loggedInMs: number;
}

/**
 * Spread over the first two thirds of a token's life, each at the beginning of a second: tokens say when they
 * end in whole seconds (RFC 7519, section 2), and one of half a second would live half a second less.
 */
async function logInOneByOne(
  instances: readonly Instance[],
  tokenLifeSeconds: number,
  { seeded, signal }: TrialContext,
): Promise<LoggedIn[]> {
  const users: LoggedIn[] = [];
  for (const user of seeded.users.slice(0, USERS)) {
    if (users.length > 0) {
      await delay((tokenLifeSeconds * 1000) / USERS - WHOLE_SECOND_MS / 2, undefined, { signal });
    }
    await delay(WHOLE_SECOND_MS - (Date.now() % WHOLE_SECOND_MS), undefined, { signal });
    const { origin } = instances[0] as Instance;
    const loggedInMs = performance.now();
    const [known] = await logInAll(origin, [user], seeded.password, signal);
    users.push({ credential: known?.credential ?? {}, loggedInMs });
  }
  return users;
}

/** @throws LabError LOGOUT_FAILED */
async function logOut({ origin }: Instance, { credential }: LoggedIn): Promise<void> {
  const answer = await fetchAnswer(`${origin}/auth/logout`, {
    method: 'POST',
    headers: credential,
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const text = await answer.text();
  if (answer.status >= 300) {
    throw new LabError(
      'LOGOUT_FAILED',
      `POST /auth/logout answered ${answer.status}: ${text.slice(0, 200)}`,
    );
  }
}

interface Door {
  /** The login was ended then. */
  close(endedMs: number): void;
  /** Asks no more. */
  stop(): Promise<EndedLogin['instances'][number]>;
}

/** Asks one instance with one credential again and again, one request at a time. */
function watchDoor({ origin, number }: Instance, credential: Record<string, string>): Door {
  const seen = { acceptedBefore: false, asked: 0, accepted: 0, acceptedForMs: 0 };
  let endedMs = Number.POSITIVE_INFINITY;
  let refusedAtLast = false;
  let isOver = false;
  const asking = (async () => {
    while (!isOver) {
      const sentMs = performance.now();
      const status = await statusOf(origin, credential);
      const isAccepted = status === 200;
      if (sentMs < endedMs) {
        seen.acceptedBefore ||= isAccepted;
      } else if (status !== null) {
        seen.asked += 1;
        refusedAtLast = status === 401;
        if (isAccepted) {
          seen.accepted += 1;
          seen.acceptedForMs = sentMs - endedMs;
        }
      }
      await delay(Math.max(0, EVERY_MS - (performance.now() - sentMs)));
    }
  })();
  return {
    close(atMs) {
      endedMs = atMs;
    },
    async stop() {
      isOver = true;
      await asking;
      return { instance: number, ...seen, refusedAtLast };
    },
  };
}

/** null where no answer came: it says nothing of the door. */
async function statusOf(origin: string, headers: Record<string, string>): Promise<number | null> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const answer = await fetchAnswer(`${origin}/me`, { headers, signal });
    await answer.arrayBuffer();
    return answer.status;
  } catch (error) {
    if (error instanceof LabError) return null;
    const { name } = error as Error;
    if (name === 'TimeoutError') return null;
    throw error;
  }
}
