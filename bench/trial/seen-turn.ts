import type { Turn } from '../load/load-mode.js';
import type { Snapshot } from '../measure/snapshot.js';
import type { InstanceReading } from './instance-requests.js';

/** A turn, and what each instance said before and after it; null: it could not be asked. */
export interface SeenTurn extends Turn<Snapshot> {
  before: readonly (InstanceReading | null)[];
  after: readonly (InstanceReading | null)[];
}
