import { startGuardian } from '../../bench/services/guardian.js';
import type { Balance } from '../../bench/services/nginx-configuration.js';
import { planWebTier, type WebTierPlan } from '../../bench/services/web-tier-plan.js';

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
