import type { Claim } from '../../analyse/answers/claim.js';
import type { DoorAnswer } from '../../analyse/answers/logout-answer.js';
import { BOTH } from '../../analyse/answers/scale-answer.js';
import { inSentence, tierOf } from '../../model/tiers.js';
import { countOf } from '../../text/count-of.js';
import { capitalised, code, listOf } from '../../text/format.js';
import { kneeBetween } from '../knee-between.js';
import { cores, duration, microseconds, sizeOfChange, times } from './figures.js';
import type { Language } from './language.js';

const both = ({ candidateMean, baselineMean }: Claim) =>
  `${microseconds(candidateMean)} against ${microseconds(baselineMean)}`;

function atKnee(knee: number): string {
  const { low, high } = kneeBetween(knee);
  return low === high ? `about ${servers(low)}` : `${low} to ${servers(high)}`;
}

export const english: Language = {
  tag: 'en',
  questions: {
    cost: 'What does a request cost?',
    scale: 'What happens when servers are added?',
    logout: 'What happens when somebody logs out?',
  },
  tier: (id) => (id === 'machine' ? 'this machine' : inSentence(tierOf(id))),
  certainty: {
    sure: 'Sure',
    likely: 'Likely',
    'cannot-tell': 'Cannot tell',
    calculated: 'Calculated',
  },
  whySure: {
    interval: '95 % interval',
    odds: 'chance that it is so',
    tooFew: 'too few rounds to know the spread',
    withServers: (count) => `with ${servers(count)}`,
  },
  cost: {
    claim(claim) {
      const [candidate, baseline] = [code(claim.candidate), code(claim.baseline)];
      const request = `a request of ${code(claim.workload)}`;
      if (claim.certainty === 'cannot-tell') {
        return `This run cannot tell whether ${request} costs more CPU time with ${candidate} or with ${baseline} (${both(claim)}).`;
      }
      if (claim.relation === 'same') {
        return `With ${candidate} ${request} costs as much CPU time as with ${baseline}, to within 5 %.`;
      }
      if (claim.certainty === 'likely') {
        return `With ${candidate} ${request} probably costs ${claim.relation} CPU time than with ${baseline} (${both(claim)}). This is not proven.`;
      }
      return claim.relation === 'more'
        ? `With ${candidate} ${request} costs ${times(claim)} times as much CPU time as with ${baseline}: ${both(claim)}.`
        : `With ${candidate} ${request} costs ${sizeOfChange(claim)} less CPU time than with ${baseline}: ${both(claim)}.`;
    },
    further(claim) {
      const workload = code(claim.workload);
      if (claim.certainty === 'cannot-tell') {
        return `For ${workload} this run cannot tell.`;
      }
      if (claim.relation === 'same') return `For ${workload} it is the same, to within 5 %.`;
      if (claim.certainty === 'likely') {
        return `For ${workload} it is probably ${claim.relation}, not proven.`;
      }
      return claim.relation === 'more'
        ? `For ${workload} it is ${times(claim)} times as much.`
        : `For ${workload} it is ${sizeOfChange(claim)} less.`;
    },
    basis: ({ rounds, workloads, control, flags, lacksInterval }) =>
      `CPU time of all servers together, for one request${aboutWorkloads(workloads)}.${control === null ? '' : ` ${code(control)} checks nobody.`} Thin lines: 95 % intervals${lacksInterval ? '; where one is missing, fewer than three rounds are valid' : ''}. ${countOf(rounds, 'round')} of fresh processes${flags === '' ? '' : `, started with ${code(`node ${flags}`)}, so that equal ones cost the same`}.`,
    chartTitle: ({ tier, candidate, baseline }) =>
      tier === null
        ? 'What one request costs, by server'
        : `${candidate} and ${baseline} differ in ${tier}`,
    axis: 'µs of CPU time for one request',
  },
  scale: {
    crossing({ baseline, candidate, stretches }, counts) {
      if (stretches.every(({ ahead }) => ahead === null)) {
        return `This run cannot tell whether ${code(baseline)} or ${code(candidate)} answers more requests.`;
      }
      const told = stretches.map(({ ahead, ...stretch }, index) => {
        const where = whereInWords(stretch, counts, index > 0);
        if (ahead === null) return `${where} this run cannot tell`;
        if (ahead === BOTH) return `${where} both answer as many, to within 5 %`;
        const first = stretches.findIndex((one) => one.ahead !== null && one.ahead !== BOTH);
        if (index !== first) return `${where} ${code(ahead)} does`;
        const other = ahead === baseline ? candidate : baseline;
        return stretches.length === 1
          ? `${where} ${code(ahead)} answers more requests than ${code(other)}`
          : `${where} ${code(ahead)} answers more requests`;
      });
      return `${capitalised(told.join('; '))}.`;
    },
    growth({ variant, knee, most, full }, tier) {
      if (knee === null) return `${code(variant)} kept growing up to ${servers(most)}.`;
      const at = `${code(variant)} stops growing at ${atKnee(knee)}`;
      return full === null ? `${at}, and no processor is full there.` : `${at}: ${tier} is full.`;
    },
    heldTier: (tier, share) => `${tier}, held to ${cores(share)},`,
    basis: ({ rounds, instanceCores, redisCores }) =>
      `Each server is held to ${cores(instanceCores)}${redisCores === null ? '' : `, Redis to ${cores(redisCores)}`}, so that this machine can hold them all; ${countOf(rounds, 'round')}. Grey dotted lines: in proportion to one server. Hollow circles: predicted from the two smallest numbers of servers.`,
    calculated: {
      notMeasured: 'This is calculated from what a request costs, and not measured.',
      growth({ variant, knee, most }, tier) {
        if (knee === null) return `${code(variant)} would keep growing up to ${servers(most)}.`;
        return `${code(variant)} would stop growing at ${atKnee(knee)}: ${tier} would be full.`;
      },
      basis: ({ instanceCores, redisCores, why }) =>
        `The most that servers of ${cores(instanceCores)} and a Redis of ${cores(redisCores)} can answer. Processes cannot be held to a share of a core here: ${why} Grey dotted lines: in proportion to one server. Hollow marks: calculated.`,
      chartTitle: (title) => `${title} (calculated)`,
    },
    chartTitle: (facts) =>
      facts === null
        ? 'More servers answer more requests'
        : `${capitalised(facts.tier)} is full at ${atKnee(facts.knee)} with ${facts.variant}`,
    axes: { servers: 'servers', rate: 'requests per second' },
    ideal: 'in proportion',
    forecast: 'predicted from 1 and 2',
    full: (tier) => `${tier} full`,
  },
  logout: {
    door(answer) {
      const who = code(answer.variant);
      switch (answer.pattern) {
        case 'at-once':
          return answer.perInstance.some(({ knew }) => !knew)
            ? `${who} is refused at once where it was known; the other servers never knew it.`
            : `${who} is refused at once, at every server.`;
        case 'until-its-end':
          return `${who} is still accepted at every server until its token ends: up to ${duration(answer.longestMs / 1000)} here, up to ${duration(answer.asConfiguredSeconds ?? 0)} with the default settings.`;
        case 'on-some':
          return `${who} is refused at once at some servers; others take it for ${duration(answer.longestMs / 1000)}.`;
        case 'never':
          return `${who} is never refused: it was still taken when this run stopped asking.`;
        case 'later':
          return `${who} is refused after ${duration(answer.longestMs / 1000)}.`;
        case 'unknown':
          return `Of ${who} nothing was measured.`;
      }
    },
    stolen(answers) {
      const open = answers.filter(
        ({ longestMs, pattern }) => longestMs > 0 && pattern !== 'at-once',
      );
      return open.length === 0
        ? `A stolen copy of ${listOf(answers.map(({ variant }) => code(variant)))} ends with the login.`
        : `A stolen copy of ${listOf(open.map(({ variant }) => code(variant)))} works just as long.`;
    },
    basis: ({ logins, instances, lifeSeconds }) =>
      `${countOf(logins, 'login')} of different age, used at ${servers(instances)}, logged out at the first. Tokens live ${duration(lifeSeconds)} from their login here, so that their end can be seen, and at the logout a part of that is over: a bar shows the most that was left. With a longer life they are accepted as much longer.`,
    chartTitle: (answers) => chartTitle(answers),
    server: (number) => `server ${number}`,
    axis: 'seconds after the logout',
    tokenEnds: 'life of a token',
    refusedAtOnce: 'refused at once',
    stillAccepted: 'still let in',
  },
  nothingMeasured: 'This run has no valid measurement of it. The details below say why.',
  heading: (compared) => `${listOf(compared, 'or')}?`,
  measuredOn: ({ time, machine, length }) => `Measured ${time} on ${machine}, in ${length}.`,
  partial: 'This run ended early, so its answers rest on less than planned.',
  more: 'How this was measured, and every figure, is below.',
  glossary: {
    title: 'Words used here',
    entries: [
      ['request', 'One question to the server over HTTP, and its answer.'],
      ['CPU time', 'How long a processor works. Waiting does not count.'],
      ['µs', 'A microsecond: a millionth of a second.'],
      ['server, instance', 'One running copy of the application.'],
      ['session', 'The server keeps who is logged in (here in Redis); the client has an ID.'],
      ['token (JWT)', 'The client carries who it is, with a signature that the server checks.'],
      ['round', 'One complete repetition; for the cost, with fresh processes.'],
      [
        '95 % interval',
        'Made in the same way again and again, 95 of 100 such intervals contain the true value.',
      ],
      ['sure', 'The interval excludes the opposite, for all comparisons of the answer at once.'],
      ['likely', 'The odds are at least nine to one, but it is not proven.'],
      ['calculated', 'Worked out from what was measured. Nobody has seen it.'],
      ['full', 'A server that uses all of its share of the processor.'],
    ],
  },
};

/** What the workloads of a default run ask, for who has not read on. */
const ASKS: Readonly<Record<string, string>> = {
  me: 'asks who is logged in',
  crud: 'reads and writes posts',
};

function aboutWorkloads(workloads: readonly string[]): string {
  const told = workloads.flatMap((name) => (ASKS[name] ? [`${code(name)} ${ASKS[name]}`] : []));
  return told.length === 0 ? '' : `: ${told.join(', ')}`;
}

function whereInWords(
  { from, to }: { from: number; to: number },
  counts: readonly number[],
  again: boolean,
): string {
  const number = (count: number) => (again ? String(count) : servers(count));
  const [fewest, most] = [counts[0], counts.at(-1)];
  if (from === to) return `with ${number(from)}`;
  if (from === fewest && to === most) return `from ${from} to ${servers(to)}`;
  if (from === fewest) return `with up to ${number(to)}`;
  return to === most ? `from ${number(from)} on` : `from ${from} to ${number(to)}`;
}

function servers(count: number): string {
  return countOf(count, 'server');
}

function chartTitle(answers: readonly DoorAnswer[]): string {
  const longest = [...answers].sort((a, b) => b.longestMs - a.longestMs)[0];
  if (!longest || longest.pattern === 'at-once')
    return 'After a logout every server refuses at once';
  if (longest.pattern === 'until-its-end') {
    return `${longest.variant} is accepted until its token ends`;
  }
  return `${longest.variant} is accepted after the logout`;
}
