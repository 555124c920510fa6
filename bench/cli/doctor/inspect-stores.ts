/** Where the stores of a run would come from, asked of the products themselves. */
import { DATABASE_NAMES, databaseOf } from '../../model/databases.js';
import { LabError } from '../../model/errors.js';
import { databases, type SessionStoreName, sessionStores } from '../../stores/registry.js';
import type { StoreProduct } from '../../stores/store.js';
import { type Finding, missing } from './finding.js';

/** Each product that a run can use: the databases, then the session stores. */
export async function inspectStores(environment: NodeJS.ProcessEnv): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of DATABASE_NAMES) {
    const option = name === databaseOf({}) ? null : `--database ${name}`;
    findings.push(await inspectStore(name, databases[name], option, environment));
  }
  for (const name of Object.keys(sessionStores) as SessionStoreName[]) {
    findings.push(await inspectStore(name, sessionStores[name], null, environment));
  }
  return findings;
}

/** @param option without which no run needs it; null: every run does */
async function inspectStore(
  topic: Finding['topic'],
  product: StoreProduct,
  option: string | null,
  environment: NodeJS.ProcessEnv,
): Promise<Finding> {
  const lacking = option === null ? 'missing' : 'warning';
  try {
    const found = await findSource(product, environment);
    if (found !== null) return { topic, status: 'ok', found };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { ...missing(topic, error), status: lacking };
  }
  const advice = await product.adviseInstall();
  return {
    topic,
    status: lacking,
    found: [`no ${product.variable}`, ...product.sources.map(({ absent }) => absent)].join(', '),
    advice: option === null ? advice : `${option} cannot be used. ${advice}`,
  };
}

async function findSource(
  product: StoreProduct,
  environment: NodeJS.ProcessEnv,
): Promise<string | null> {
  const whyUnused = product.whyUnused?.(environment) ?? null;
  if (whyUnused !== null) return `not used: ${whyUnused}`;
  const given = product.findGiven(environment);
  if (given !== null) {
    const { version } = await product.useGiven(given);
    return `${given.variable}: ${product.nameVersion(version)}`;
  }
  for (const source of product.sources) {
    const found = await source.look(environment);
    if (found !== null) return found;
  }
  return null;
}
