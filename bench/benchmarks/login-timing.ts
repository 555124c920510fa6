/**
 * npm run bench:login: does the time of a refused login tell whether the account exists?
 *
 * Refused logins of three kinds alternate, one at a time, over real HTTP against one instance: a
 * user with a wrong password, nobody, and a user who was shut out, with the right password.
 */

import { Agent, request } from 'node:http';
import pg from 'pg';
import { startFleet } from '../fleet/fleet.js';
import { withSeededStores } from '../fleet/seeded-stores.js';
import { seededRandom, shuffled } from '../model/random.js';
import { ascending, quantile } from '../statistics/quantile.js';
import { compareByRanks } from '../statistics/rank-test.js';
import { beginBenchmark } from './begin-benchmark.js';

const signal = await beginBenchmark('bench:login');
const [strategy = 'jwt', triesText = '400'] = process.argv.slice(2);
const TRIES = Math.max(200, Number(triesText));
const WARM_UP = 60;
const USERS = 60;
/** A difference below this share of the median counts as none: the equivalence margin of the lab's verdicts. */
const EQUIVALENCE_MARGIN = 0.05;
const ORDER_SEED = 1;

interface Kind {
  name: string;
  credentials: (attempt: number) => { email: string; password: string };
}

const say = (line: string) => process.stdout.write(`${line}\n`);

await withSeededStores({ users: USERS, posts: 1, signal, say }, async (ready) => {
  const { guardian, seeded, stores } = ready;
  const users = seeded.users.slice(0, USERS / 2);
  const shutOut = seeded.users.slice(USERS / 2);
  await disable(stores.databaseUrl, shutOut);
  const kinds: Kind[] = [
    {
      name: 'known user, wrong password',
      credentials: (attempt) => ({
        email: pick(users, attempt).email,
        password: 'a wrong password',
      }),
    },
    {
      name: 'unknown user',
      // As long as a known one: the first letter is another.
      credentials: (attempt) => ({
        email: `_${pick(users, attempt).email.slice(1)}`,
        password: 'a wrong password',
      }),
    },
    {
      name: 'disabled user, right password',
      credentials: (attempt) => ({
        email: pick(shutOut, attempt).email,
        password: seeded.password,
      }),
    },
  ];
  const environment = { ...ready.serviceEnvironment, TRUST_PROXY: 'on' };
  const fleet = await startFleet({ strategy, instances: 1, environment, guardian });
  try {
    const times = await measure(fleet.instances[0]?.origin as string, kinds);
    report(kinds, times);
  } finally {
    await fleet.stop();
  }
});

/** Milliseconds of each try, by kind. */
async function measure(origin: string, kinds: readonly Kind[]): Promise<number[][]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const random = seededRandom(ORDER_SEED);
  const times: number[][] = kinds.map(() => []);
  try {
    for (let attempt = 0; attempt < WARM_UP + TRIES; attempt++) {
      signal.throwIfAborted();
      for (const [index, kind] of shuffled([...kinds.entries()], random)) {
        const ms = await refusedLogin(agent, origin, attempt, kind);
        if (attempt >= WARM_UP) times[index]?.push(ms);
      }
    }
  } finally {
    agent.destroy();
  }
  return times;
}

/** Each attempt comes from an address of its own, so that no limit is ever reached. */
function refusedLogin(agent: Agent, origin: string, attempt: number, kind: Kind): Promise<number> {
  const body = JSON.stringify(kind.credentials(attempt));
  const headers = {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'X-Forwarded-For': `10.${(attempt >> 16) & 255}.${(attempt >> 8) & 255}.${attempt & 255}`,
  };
  return new Promise((resolve, reject) => {
    const startedAt = performance.now();
    const call = request(`${origin}/auth/login`, { agent, method: 'POST', headers }, (answer) => {
      answer.resume();
      answer.once('end', () => {
        const ms = performance.now() - startedAt;
        if (answer.statusCode === 401) resolve(ms);
        else reject(new Error(`${kind.name}: 401 expected, ${answer.statusCode} came`));
      });
    });
    call.once('error', reject);
    call.end(body);
  });
}

function report(kinds: readonly Kind[], times: readonly number[][]): void {
  const sorted = times.map(ascending);
  say(`\nRefused logins under ${strategy}, ${TRIES} tries each, in turns; milliseconds:`);
  kinds.forEach(({ name }, index) => {
    const [low, median, high] = [0.25, 0.5, 0.75].map((share) =>
      quantile(sorted[index] as number[], share).toFixed(2),
    );
    say(`  ${name.padEnd(30)} median ${median}, middle half ${low} to ${high}`);
  });
  const marginMs = EQUIVALENCE_MARGIN * quantile(sorted[0] as number[], 0.5);
  say(`Against "${kinds[0]?.name}"; less than ${marginMs.toFixed(2)} ms (5 %) counts as none:`);
  for (const [index, { name }] of [...kinds.entries()].slice(1)) {
    const { shift, interval95, p, superiority } = compareByRanks(
      sorted[index] as number[],
      sorted[0] as number[],
    );
    const [low, high] = interval95;
    const equal = low > -marginMs && high < marginMs;
    const verdict = equal ? 'the same' : low > 0 || high < 0 ? 'DIFFERENT' : 'unsure: more tries';
    say(
      `  ${name}: ${shift.toFixed(3)} ms (95 % interval ${low.toFixed(3)} to ${high.toFixed(3)}), ` +
        `Mann-Whitney p ${p.toFixed(3)}, slower in ${(superiority * 100).toFixed(1)} % of pairs: ${verdict}`,
    );
    if (verdict === 'DIFFERENT') process.exitCode = 1;
  }
}

function pick<Item>(items: readonly Item[], attempt: number): Item {
  return items[attempt % items.length] as Item;
}

async function disable(databaseUrl: string, users: readonly { id: number }[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('UPDATE users SET disabled_at = now() WHERE id = ANY($1)', [
      users.map(({ id }) => id),
    ]);
  } finally {
    await client.end();
  }
}
