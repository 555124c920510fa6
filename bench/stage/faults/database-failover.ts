import { failOver, giveRefreshTokens } from './database-servers.js';
import type { Fault } from './fault.js';

export const databaseFailover: Fault = {
  title:
    'a PostgreSQL that takes writes is killed, its replica is promoted, and the address moves to it',
  undoTitle: 'it gets a copy of the new one, and becomes its replica',
  needs: 'database-replica',
  prepare: giveRefreshTokens,
  apply: (stage) => failOver(stage, { isInStep: true }),
};
