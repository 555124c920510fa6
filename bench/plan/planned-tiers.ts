import { allTiers, inOrderOfScope, type PlannedTier, type Tier } from '../model/tiers.js';

export type SizedTier = Tier & { planned: PlannedTier };

/** The tiers that a plan sizes: the instances, then what those of a fleet share, then the stores. */
export function plannedTiers(): SizedTier[] {
  return inOrderOfScope(allTiers()).flatMap(({ planned, ...tier }) =>
    planned ? [{ ...tier, planned }] : [],
  );
}
