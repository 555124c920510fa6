import type { Balance } from '../../bench/fleet/web-tier/nginx-configuration.js';
import { planWebTier, type WebTierPlan } from '../../bench/fleet/web-tier/plan.js';
import { startGuardian } from '../../bench/processes/guardian/guardian.js';

/**
 * The nginx that the lab itself would use.
 *
 * @throws LabError NGINX_NOT_FOUND with what to install
 */
export async function planForTests(balance: Balance): Promise<WebTierPlan> {
  const guardian = await startGuardian();
  try {
    const { signal } = new AbortController();
    return await planWebTier({ balance, connections: 64 }, { guardian, signal, onMessage() {} });
  } finally {
    await guardian.stop();
  }
}
