/** The option that says how many servers PostgreSQL is, for verbs that start it. */
import {
  ONE_POSTGRES,
  type PostgresShape,
  parsePostgresShape,
} from '../../stores/postgres/shape.js';
import { text } from '../parse-options.js';

export const POSTGRES_OPTION = {
  postgres: text(
    'SERVERS',
    'how many the lab starts: one, primary:1+1 with a replica, primary:1+2 (one)',
  ),
} as const;

/** @throws LabError OPTION_INVALID, exit code 2 */
export function postgresFrom({ postgres }: { postgres?: string | undefined }): PostgresShape {
  return postgres === undefined ? ONE_POSTGRES : parsePostgresShape(postgres);
}
