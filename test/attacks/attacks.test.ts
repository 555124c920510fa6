import { strategiesUnderTest } from '../support/strategies-under-test.js';
import type { AgeingTarget } from './attack.js';
import { watchExpiry } from './expiry-watch.js';
import { families } from './families.js';
import { openTarget } from './target.js';

// One set of instances for a strategy: the attacks must leave no trace, so they can share it.
for (const [name, loadModule] of Object.entries(strategiesUnderTest)) {
  const module = await loadModule();
  // The control believes every caller and serves loopback only: there is nothing to attack.
  if (module.description.control) {
    continue;
  }

  describe(`attacks on ${name}`, () => {
    let target: AgeingTarget;

    before(async () => {
      const expiry = watchExpiry(name);
      // Its failure is that of the tests which ask for the report.
      expiry.catch(() => {});
      target = { ...(await openTarget(name)), expiry };
    });

    after(async () => {
      await target?.expiry.catch(() => {});
      await target?.close();
    });

    for (const family of families) {
      describe(family.name, () => {
        for (const attack of family.attacks) {
          const outcome = attack.outcome(module);
          if (outcome.kind !== 'not-applicable') {
            it(attack.title, () => attack.run(target, outcome));
          }
        }
      });
    }
  });
}
