import { DEAF_SECONDS, failOver, giveRefreshTokens } from './database-servers.js';
import type { Fault } from './fault.js';

/**
 * The replica is told of no primary any more, as if the way between them were cut, and keeps what it has. What is
 * acknowledged from then on is in the primary alone, which then dies.
 */
export const databaseStaleFailover: Fault = {
  title: `for ${DEAF_SECONDS} s the replica of PostgreSQL hears nothing, and of those with a refresh token half renew and a quarter log out; then the primary is killed, the replica is promoted, and the address moves to it`,
  undoTitle: 'it gets a copy of the new one, and becomes its replica',
  needs: 'database-replica',
  prepare: giveRefreshTokens,
  apply: (stage) => failOver(stage, { isInStep: false }),
};
