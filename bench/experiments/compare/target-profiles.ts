/**
 * Ready-made plans for deployments that the lab did not start. They only read: what a workload writes is written
 * into somebody's database. Windows are long enough for the way there and back, and connections few.
 */
import type { Profile, ProfileName } from './profiles.js';

type TargetProfile = Omit<Profile, 'summary' | 'instances'>;

export const TARGET_PROFILES: Record<ProfileName, TargetProfile> = {
  smoke: { workloads: ['me'], rounds: 1, seconds: 2, warmUpSeconds: 0.5 },
  quick: { workloads: ['me', 'read'], rounds: 5, seconds: 4, warmUpSeconds: 1 },
  full: { workloads: ['me', 'read', 'conditional'], rounds: 10, seconds: 10, warmUpSeconds: 2 },
};

export const TARGET_CONNECTIONS = 32;

/** Of one block of all targets, warm-ups at their longest: so long no credential may end. */
export function blockSeconds(
  targets: number,
  { seconds, warmUpSeconds }: { seconds: number; warmUpSeconds: number },
): number {
  return 15 + targets * (3 + 8 * warmUpSeconds + 1.5 * seconds);
}
