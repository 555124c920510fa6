import type { AttackFamily } from './attack.js';
import { credentialTampering } from './families/credential-tampering.js';
import { crossSite } from './families/cross-site.js';
import { exchange } from './families/exchange.js';
import { expiry } from './families/expiry.js';
import { fixation } from './families/fixation.js';
import { idempotency } from './families/idempotency.js';
import { jwtAlgorithm } from './families/jwt-algorithm.js';
import { jwtClaims } from './families/jwt-claims.js';
import { jwtHeader } from './families/jwt-header.js';
import { jwtKeyConfusion } from './families/jwt-key-confusion.js';
import { login } from './families/login.js';
import { logoutRace } from './families/logout-race.js';
import { preconditions } from './families/preconditions.js';
import { query } from './families/query.js';
import { refresh } from './families/refresh.js';
import { replay } from './families/replay.js';
import { size } from './families/size.js';
import { spelling } from './families/spelling.js';

/** All attacks, in the order in which they run and stand in docs/security.md. */
export const families: readonly AttackFamily[] = [
  fixation,
  credentialTampering,
  replay,
  logoutRace,
  crossSite,
  jwtAlgorithm,
  jwtHeader,
  jwtClaims,
  jwtKeyConfusion,
  query,
  spelling,
  refresh,
  exchange,
  login,
  idempotency,
  preconditions,
  size,
  // Last, for it waits for what began when the strategy's first attack did.
  expiry,
];
