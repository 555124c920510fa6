/** The same run as if its database had been a MariaDB. */
import { type Result, SCHEMA_VERSION, type Trial } from '../../../bench/model/result-schema.js';

export function onMariadb(result: Result): Result {
  const { config, environment, trials } = result;
  return {
    ...result,
    schemaVersion: SCHEMA_VERSION,
    config: {
      ...config,
      database: 'mariadb',
      ...(config.cpuLimits && { cpuLimits: renamed({ ...config.cpuLimits }) }),
    },
    environment: {
      ...environment,
      postgres: null,
      mariadb: { version: '10.11.14-MariaDB', startedBy: 'mariadbd on PATH' },
    },
    trials: trials.map(trialOnMariadb),
  };
}

function trialOnMariadb(trial: Trial): Trial {
  return {
    ...trial,
    cpuMicrosecondsPerRequest: renamed(trial.cpuMicrosecondsPerRequest),
    rssBytes: renamed(trial.rssBytes),
    processes: trial.processes.map((use) =>
      use.kind === 'postgres' ? { ...use, kind: 'mariadb', name: 'mariadb' } : use,
    ),
  };
}

function renamed<Kinds extends { postgres?: number | null | undefined }>({
  postgres,
  ...others
}: Kinds) {
  return { ...others, mariadb: postgres };
}
