/**
 * The database servers that the lab knows: by the name on the command line, which is also the kind of
 * process in a result. What else the lab knows of them stands in stores/.
 */
export const DATABASE_NAMES = ['postgres', 'mariadb'] as const;

export type DatabaseName = (typeof DATABASE_NAMES)[number];

/** For people. */
export const DATABASE_PRODUCTS: Readonly<Record<DatabaseName, string>> = {
  postgres: 'PostgreSQL',
  mariadb: 'MariaDB',
};

/** Of a run: results before version 5 know one database only, and do not name it. */
export function databaseOf({ database }: { database?: DatabaseName | undefined }): DatabaseName {
  return database ?? 'postgres';
}

export function isDatabase(kind: string): kind is DatabaseName {
  return DATABASE_NAMES.some((name) => name === kind);
}
