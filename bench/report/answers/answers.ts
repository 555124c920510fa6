/** The three questions with their answers, for people: a sentence or two, a picture, and how sure it is. */

import { calculateCurves, crossingsOf } from '../../analyse/answers/calculated-curve.js';
import {
  type Certainty,
  type Claim,
  leastCertain,
  type Standing,
} from '../../analyse/answers/claim.js';
import { answerCost, trialsBehind } from '../../analyse/answers/cost-answer.js';
import { answerLogout } from '../../analyse/answers/logout-answer.js';
import { answerScale, type Growth, type ScaleAnswer } from '../../analyse/answers/scale-answer.js';
import { planFor } from '../../model/parts.js';
import type { Question, Result } from '../../model/result-schema.js';
import { SERVERS_CALCULATED, SMALL_MACHINES } from '../../model/small-machines.js';
import { tierOf } from '../../model/tiers.js';
import type { Chart } from '../../text/blocks.js';
import { formatRatioInterval, shownInterval } from '../../text/format.js';
import { costPicture } from '../charts/cost-picture.js';
import { logoutPicture } from '../charts/logout-picture.js';
import { type Curve, scalePicture } from '../charts/scale-picture.js';
import { measuredOf } from '../charts/scaling-series.js';
import type { Language } from '../language/language.js';
import { measuredSummaries, type ReportView, viewOf } from '../view.js';

export interface Answer {
  question: Question;
  title: string;
  /** null where nothing was measured. */
  certainty: Standing | null;
  /** The first one is the answer, or says that the others are calculated. */
  sentences: string[];
  /** What it rests on, in small print. */
  basis: string[];
  picture: Chart | null;
}

/** In the order of the questions; none where the run was a plan of one's own. */
export function answersOf(result: Result, language: Language): Answer[] {
  return (result.questions ?? []).map((question) => {
    const answer = ANSWERS[question](result, language);
    const title = language.questions[question];
    return answer
      ? { question, title, ...answer }
      : {
          ...{ question, title, certainty: null, picture: null },
          ...{ sentences: [language.nothingMeasured], basis: [] },
        };
  });
}

type Told = Omit<Answer, 'question' | 'title'>;

const ANSWERS: Record<Question, (result: Result, language: Language) => Told | null> = {
  cost: tellCost,
  scale: tellScale,
  logout: tellLogout,
};

/** With more variants than these, the picture tells of the others. */
const MOST_CLAIMS = 3;

function tellCost(result: Result, language: Language): Told | null {
  const plan = planFor('cost', result);
  const answer = plan && answerCost(plan);
  if (!plan || !answer) return null;
  const view = viewOf(plan);
  const candidates = [...new Set(answer.claims.map(({ candidate }) => candidate))].slice(
    0,
    MOST_CLAIMS,
  );
  const told = candidates.map((candidate) =>
    answer.claims.filter((claim) => claim.candidate === candidate),
  );
  const first = told[0]?.[0] as Claim;
  const title = language.cost.chartTitle({
    ...{ candidate: first.candidate, baseline: first.baseline },
    tier: tierThatDiffers(view, first, language),
  });
  const pictured = viewOf({ ...plan, trials: trialsBehind(plan, answer.claims) });
  return {
    certainty: leastCertain(told.flatMap(([main]) => (main ? [main.certainty] : []))),
    sentences: told.flatMap(([main, ...others]) => [
      ...(main ? [language.cost.claim(main)] : []),
      // The further workloads of the first pair alone: more would be a table.
      ...(main === first ? others.map(language.cost.further) : []),
    ]),
    basis: [
      language.cost.basis({
        ...{ rounds: first.rounds, workloads: plan.config.workloads },
        control: view.variants.find(({ control }) => control)?.id ?? null,
        flags: (plan.config.nodeOptions ?? []).join(' '),
        lacksInterval: measuredSummaries(pictured).some(
          ({ serverCpuMicrosecondsPerRequest: cost }) => cost && !shownInterval(cost),
        ),
      }),
      ...told.flatMap(([main]) => (main ? [whySure(main, language)] : [])),
    ],
    picture: costPicture(pictured, title, language),
  };
}

/** "95 % interval of jwt / session: 1.59 to 1.72" */
function whySure(claim: Claim, { whySure: words }: Language): string {
  const size = claim.instances === 1 ? '' : ` ${words.withServers(claim.instances)}`;
  const pair = `${claim.candidate} / ${claim.baseline}${size}`;
  if (claim.chance === null || claim.interval95 === null) return `${pair}: ${words.tooFew}.`;
  const odds =
    claim.certainty === 'sure' ? '' : `; ${words.odds}: ${Math.round(claim.chance * 100)} %`;
  return `${words.interval}, ${pair}: ${formatRatioInterval(claim.interval95)}${odds}.`;
}

/** Of a difference: a tier that makes so much of it is named alone. */
const MOST_OF_IT = 0.7;

/** Of the difference of two variants, the tier that makes most of it; null where several do. */
function tierThatDiffers(
  { summaries }: ReportView,
  claim: Claim,
  language: Language,
): string | null {
  if (claim.relation === 'same' || claim.certainty === 'cannot-tell') return null;
  const of = (variant: string) =>
    summaries.find((each) => each.variant === variant && each.workload === claim.workload)
      ?.cpuMicrosecondsPerRequest ?? {};
  const [before, after] = [of(claim.baseline), of(claim.candidate)];
  const whole = claim.candidateMean - claim.baselineMean;
  const [most] = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((id) => tierOf(id).scope !== 'lab')
    .map((id) => ({ id, share: ((after[id]?.mean ?? 0) - (before[id]?.mean ?? 0)) / whole }))
    .sort((a, b) => b.share - a.share);
  return most && most.share >= MOST_OF_IT ? language.tier(most.id) : null;
}

function tellScale(result: Result, language: Language): Told | null {
  const plan = planFor('scale', result);
  if (!plan) return tellCalculated(result, language);
  const view = viewOf(plan);
  const answer = answerScale(plan, view.scaling);
  if (!answer) return null;
  const curves = view.scaling.flatMap((scaling): Curve[] => {
    const growth = answer.growths.find(({ variant }) => variant === scaling.variant);
    const predicted = (scaling.forecast?.onThisMachine ?? []).filter(({ known }) => !known);
    const points = measuredOf(view, scaling);
    return growth ? [{ growth, tier: tierIn(growth, language), points, predicted }] : [];
  });
  const { cpuLimits, rounds } = plan.config;
  return {
    certainty: certaintyOfScale(answer),
    sentences: [
      ...answer.crossings.map((crossing) => language.scale.crossing(crossing, answer.counts)),
      ...curves.map(({ growth, tier }) => {
        const share = growth.full === null ? null : (cpuLimits?.[growth.full] ?? null);
        const full = share === null ? tier : language.scale.heldTier(tier, share);
        return language.scale.growth(growth, full);
      }),
    ],
    basis: [
      language.scale.basis({
        ...{ rounds, instanceCores: cpuLimits?.application ?? 1 },
        redisCores: cpuLimits?.redis ?? null,
      }),
      ...[answer.claims.at(-1)].flatMap((claim) => (claim ? [whySure(claim, language)] : [])),
    ],
    picture: scalePicture(view.variants, curves, titleOfScale(curves, language), language),
  };
}

/** Where nothing could be held to a share of a core: from what a request costs. */
function tellCalculated(result: Result, language: Language): Told | null {
  const plan = planFor('cost', result);
  const why = result.environment.cpuLimiterMissing;
  if (!plan || why === undefined) return null;
  const { variants } = viewOf(plan);
  const compared = variants.filter(({ control }) => !control).map(({ id }) => id);
  const calculated = calculateCurves(plan, compared, SERVERS_CALCULATED, SMALL_MACHINES);
  if (calculated.length === 0) return null;
  const curves = calculated.map(
    ({ growth, points }): Curve => ({
      ...{ growth, tier: tierIn(growth, language), predicted: [], isCalculated: true },
      points: points.map(({ instances, rps }) => ({
        instances,
        throughputRps: { mean: rps, interval95: null, n: 1 },
      })),
    }),
  );
  const words = language.scale.calculated;
  return {
    certainty: 'calculated',
    sentences: [
      words.notMeasured,
      ...crossingsOf(calculated, plan.config.equivalenceMargin).map((crossing) =>
        language.scale.crossing(crossing, SERVERS_CALCULATED),
      ),
      ...curves.map(({ growth, tier }) => words.growth(growth, tier)),
    ],
    basis: [words.basis({ ...SMALL_MACHINES, why })],
    picture: scalePicture(
      variants,
      curves,
      words.chartTitle(titleOfScale(curves, language)),
      language,
    ),
  };
}

function tierIn({ full }: Growth, language: Language): string {
  return full === null ? '' : language.tier(full);
}

function titleOfScale(curves: readonly Curve[], language: Language): string {
  const bent = curves.find(({ growth }) => growth.knee !== null && growth.full !== null);
  return language.scale.chartTitle(
    bent
      ? { variant: bent.growth.variant, tier: bent.tier, knee: bent.growth.knee as number }
      : null,
  );
}

/** Of what it says; of what it says that it cannot tell, nothing. */
function certaintyOfScale({ claims }: ScaleAnswer): Certainty {
  const said = claims.filter(({ certainty }) => certainty !== 'cannot-tell');
  return leastCertain(said.map(({ certainty }) => certainty));
}

function tellLogout({ logout, ...result }: Result, language: Language): Told | null {
  if (!logout) return null;
  const answers = answerLogout(logout);
  const known = answers.filter(({ pattern }) => pattern !== 'unknown');
  if (known.length === 0) return null;
  const { variants } = viewOf(result);
  return {
    certainty: answers.every(({ pattern }) => pattern !== 'unknown' && pattern !== 'later')
      ? 'sure'
      : 'cannot-tell',
    sentences: [...answers.map(language.logout.door), language.logout.stolen(known)],
    basis: [
      language.logout.basis({
        ...{ logins: known[0]?.logins ?? 0, instances: logout.instances },
        lifeSeconds: logout.tokenLifeSeconds,
      }),
    ],
    picture: logoutPicture(
      answers,
      logout,
      variants,
      language.logout.chartTitle(answers),
      language,
    ),
  };
}
