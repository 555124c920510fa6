/** Which tiers there are in a run: those that every run has, and those that its trials name. */
import { type DatabaseName, databaseOf } from './databases.js';
import type { Result, RunConfig, Trial } from './result-schema.js';
import { allTiers, inOrderOfRequest, type Tier, tierOf } from './tiers.js';

/** In the order of the table: instances, Redis, the load generator, and the database that is used. */
export function tiersOfEveryRun(database: DatabaseName): Tier[] {
  return allTiers().filter(({ id, presence }) => presence === 'every-run' || id === database);
}

/** Those that the run has whatever its trials say. Which stores a target has, nobody told the lab. */
export function tiersExpected(config: Pick<RunConfig, 'database' | 'targets'>): Tier[] {
  const tiers = tiersOfEveryRun(databaseOf(config));
  return config.targets ? tiers.filter(({ scope }) => scope !== 'run') : tiers;
}

/** In the order in which a request meets them, those that this lab does not know after the others. */
export function tiersOfRun({ config, trials }: Pick<Result, 'config' | 'trials'>): Tier[] {
  const always = tiersExpected(config);
  const seen = idsIn(trials).filter((id) => always.every((tier) => tier.id !== id));
  return inOrderOfRequest([...always, ...inOrderOfTable(seen)]);
}

/** Those that have a process or a figure in a trial, in the same order. */
export function tiersOfTrials(trials: readonly Trial[]): Tier[] {
  return inOrderOfRequest(inOrderOfTable(idsIn(trials)));
}

/** Those of the table, and after them what else the trials name: the columns of trials.csv. */
export function tiersOfTable(trials: readonly Trial[]): Tier[] {
  const known = allTiers();
  const unknown = idsIn(trials).filter((id) => known.every((tier) => tier.id !== id));
  return [...known, ...unknown.map(tierOf)];
}

function inOrderOfTable(ids: readonly string[]): Tier[] {
  const known = allTiers().filter(({ id }) => ids.includes(id));
  return [...known, ...ids.filter((id) => known.every((tier) => tier.id !== id)).map(tierOf)];
}

function idsIn(trials: readonly Trial[]): string[] {
  return [
    ...new Set(
      trials.flatMap(({ processes, cpuMicrosecondsPerRequest, rssBytes }) => [
        ...processes.map(({ kind }) => kind),
        ...keysOf(cpuMicrosecondsPerRequest),
        ...keysOf(rssBytes),
      ]),
    ),
  ];
}

function keysOf(figures: Trial['rssBytes']): string[] {
  return Object.keys(figures).filter((id) => figures[id] !== undefined);
}
