/**
 * The database servers that the lab knows: by the name on the command line, which is also the id of
 * the tier. What else the lab knows of them stands in stores/.
 */
import { TIERS } from './tiers.js';

export type DatabaseName = Extract<(typeof TIERS)[number], { isDatabase: true }>['id'];

export const DATABASE_NAMES: readonly DatabaseName[] = TIERS.flatMap((tier) =>
  tier.isDatabase ? [tier.id] : [],
);

/** Of a run: results before version 5 know one database only, and do not name it. */
export function databaseOf({ database }: { database?: DatabaseName | undefined }): DatabaseName {
  return database ?? 'postgres';
}
