import type { CpuGroup } from '../processes/cpu-limits/cpu-group.js';
import type { CpuLimiter } from '../processes/cpu-limits/cpu-limiter.js';
import type { StoreInformation } from '../stores/open.js';

/**
 * A group for a store, by whoever is able to: the engine for a container, the limiter for a process.
 * Null when neither can or may: the store runs elsewhere, or is somebody else's.
 *
 * @throws LabError CPU_LIMIT_FAILED
 */
export function holdStore(
  name: string,
  store: StoreInformation,
  limiter: CpuLimiter | null,
): CpuGroup | null {
  if (store.given) return null;
  if (store.holdContainer) return store.holdContainer();
  return limiter === null || store.pid === null ? null : limiter.hold(name, store.pid);
}
