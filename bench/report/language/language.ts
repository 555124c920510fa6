/** What the first screen, captions and the glossary say, in one language. To add a language is to add a file and a line in languages.ts. */
import type { Claim, Standing } from '../../analyse/answers/claim.js';
import type { DoorAnswer } from '../../analyse/answers/logout-answer.js';
import type { Crossing, Growth } from '../../analyse/answers/scale-answer.js';
import type { Question } from '../../model/result-schema.js';

/** Sentences. Names of variants and workloads stand in backticks; there is no other markup. */
export interface Language {
  /** BCP 47, for the page. */
  tag: string;
  /** Of the questions, as headings. */
  questions: Record<Question, string>;
  certainty: Record<Standing, string>;
  /** A tier in a sentence, by its id. */
  tier(id: string): string;
  /** Before what a claim rests on. */
  whySure: {
    interval: string;
    odds: string;
    tooFew: string;
    withServers(count: number): string;
  };
  cost: {
    claim(claim: Claim): string;
    /** Of a further workload. */
    further(claim: Claim): string;
    basis(facts: {
      rounds: number;
      workloads: readonly string[];
      /** The variant that authenticates nobody; null: there is none. */
      control: string | null;
      flags: string;
      /** Whether a bar has too few valid rounds for an interval. */
      lacksInterval: boolean;
    }): string;
    chartTitle(where: { tier: string | null; candidate: string; baseline: string }): string;
    axis: string;
  };
  scale: {
    crossing(crossing: Crossing, counts: readonly number[]): string;
    growth(growth: Growth, tier: string): string;
    /** A tier, and how small it was made: what is full is no finding about one of full size. */
    heldTier(tier: string, cores: number): string;
    basis(facts: { rounds: number; instanceCores: number; redisCores: number | null }): string;
    /** Where nothing could be held to a share of a core, and the curves come from what a request costs. */
    calculated: {
      notMeasured: string;
      growth(growth: Growth, tier: string): string;
      basis(facts: { instanceCores: number; redisCores: number; why: string }): string;
      chartTitle(title: string): string;
    };
    chartTitle(facts: { variant: string; tier: string; knee: number } | null): string;
    axes: { servers: string; rate: string };
    ideal: string;
    forecast: string;
    full(tier: string): string;
  };
  logout: {
    door(answer: DoorAnswer): string;
    /** Of those that were measured. */
    stolen(answers: readonly DoorAnswer[]): string;
    basis(facts: { logins: number; instances: number; lifeSeconds: number }): string;
    chartTitle(answers: readonly DoorAnswer[]): string;
    server(number: number): string;
    axis: string;
    tokenEnds: string;
    refusedAtOnce: string;
    stillAccepted: string;
  };
  /** Where a question was asked and nothing was measured. */
  nothingMeasured: string;
  heading(compared: readonly string[]): string;
  measuredOn(facts: { time: string; machine: string; length: string }): string;
  partial: string;
  more: string;
  glossary: { title: string; entries: readonly (readonly [term: string, meaning: string])[] };
}
