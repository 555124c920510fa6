import { strategiesUnderTest } from '../support/strategies-under-test.js';
import { describeBehindProxy } from './suites/behind-proxy.js';
import { describeConditional } from './suites/conditional.js';
import { describeCookies } from './suites/cookies.js';
import { describeCredential } from './suites/credential.js';
import { describeDelegation } from './suites/delegation.js';
import { describeDisabling } from './suites/disabling.js';
import { describeDocument } from './suites/document.js';
import { describeHttp } from './suites/http.js';
import { describeIdempotency } from './suites/idempotency.js';
import { describeLogin } from './suites/login.js';
import { describeLoginLimits } from './suites/login-limits.js';
import { describeLogins } from './suites/logins.js';
import { describeLogout } from './suites/logout.js';
import { describePassword } from './suites/password.js';
import { describePosts } from './suites/posts.js';
import { describeProperties } from './suites/properties.js';
import { describeRefresh } from './suites/refresh.js';
import { describeRegistration } from './suites/registration.js';
import { describeRepresentations } from './suites/representations.js';
import { describeRevocation } from './suites/revocation.js';
import { openWorld } from './world.js';

/** What a strategy has a part in: each of them answers for it. */
const OF_EVERY_STRATEGY = [
  describeLogin,
  describeCredential,
  describeCookies,
  describeLogout,
  describeProperties,
  describeRevocation,
  describeLogins,
  describeRefresh,
  describePassword,
  describeDisabling,
  describeDelegation,
  describeDocument,
];

/**
 * What is the same behind every strategy: bodies, pages, counters, limits. All that could differ is how
 * the credential travels, so one strategy of each carrier runs them, the first in the registry.
 */
const OF_EVERY_CARRIER = [
  describeRegistration,
  describeLoginLimits,
  describePosts,
  describeHttp,
  describeBehindProxy,
  describeConditional,
  describeIdempotency,
  describeRepresentations,
];

const carriersSeen = new Set<string>();
for (const [name, loadModule] of Object.entries(strategiesUnderTest)) {
  const module = await loadModule();
  const { description } = module;
  const first = !carriersSeen.has(description.carrier);
  carriersSeen.add(description.carrier);

  describe(`the API under AUTH_STRATEGY=${name}`, () => {
    const world = openWorld(name, module);
    for (const describeSuite of [...OF_EVERY_STRATEGY, ...(first ? OF_EVERY_CARRIER : [])]) {
      describeSuite(world);
    }
  });
}
