import type { DataSource } from 'typeorm';
import type { Dialect } from './dialect.js';
import { mysql } from './mysql.js';
import { postgres } from './postgres.js';

/** By TypeORM's name for the database. MariaDB speaks MySQL's protocol and is spoken to as MySQL. */
const dialects: Readonly<Record<string, Dialect>> = { postgres, mysql };

const dialectOfScheme: Readonly<Record<string, Dialect>> = {
  'postgres:': postgres,
  'postgresql:': postgres,
  'mysql:': mysql,
  'mariadb:': mysql,
};

/** The dialect of a DATABASE_URL, which config/ has checked. */
export function dialectOfUrl(url: string): Dialect {
  return known(dialectOfScheme[new URL(url).protocol]);
}

export function dialectOf({ options }: DataSource): Dialect {
  return known(dialects[options.type]);
}

function known(dialect: Dialect | undefined): Dialect {
  if (dialect === undefined) {
    throw new TypeError('no dialect for this database');
  }
  return dialect;
}
