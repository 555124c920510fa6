import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';

/** What lies in the heap of a process, and what its garbage collector did since it began to watch. */
interface HeapCounters {
  readonly usedBytes: number;
  /** Collections of the whole heap; those of the young generation alone are minor. */
  readonly majorCollections: number;
  readonly minorCollections: number;
  /** Time in which JavaScript stood still for them (milliseconds). */
  readonly collectingMs: number;
}

export interface HeapWatch {
  read(): HeapCounters;
  close(): void;
}

/** Detail of a performance entry of type "gc", which @types/node leaves open. */
interface Collection extends PerformanceEntry {
  readonly detail: { readonly kind: number };
}

/**
 * Counts collections, as an operator of Node can count them (docs/process-lottery.md). A process in which V8
 * puts short-lived objects in the old generation shows it here: major collections where others have none.
 */
export function watchHeap(): HeapWatch {
  const counts = { majorCollections: 0, minorCollections: 0, collectingMs: 0 };
  const observer = new PerformanceObserver((list) => count(list.getEntries()));
  const count = (entries: readonly PerformanceEntry[]) => {
    for (const { detail, duration } of entries as Collection[]) {
      if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) {
        counts.majorCollections += 1;
      } else if (detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) {
        counts.minorCollections += 1;
      }
      counts.collectingMs += duration;
    }
  };
  observer.observe({ type: 'gc' });
  return {
    read: () => {
      count(observer.takeRecords());
      return { usedBytes: getHeapStatistics().used_heap_size, ...counts };
    },
    close: () => observer.disconnect(),
  };
}
