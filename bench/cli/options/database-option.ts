/** The option that names the database, for every verb that starts one. */
import { DATABASE_NAMES } from '../../model/databases.js';
import { oneOf } from '../parse-options.js';

export const DATABASE_OPTION = {
  database: oneOf(
    DATABASE_NAMES,
    'what holds users and posts (what DATABASE_URL names, or postgres)',
  ),
} as const;
