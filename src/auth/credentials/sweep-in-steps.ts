const EVERY_MS = 1000;
/** Less than a millisecond of work: no request waits for a whole table. */
const ENTRIES_A_STEP = 5000;

/**
 * Removes what is over from a table in the memory of this process, lap after lap, some entries each
 * second. Its timer holds no process alive. @returns what ends it
 */
export function sweepInSteps<Key, Value>(
  table: Map<Key, Value>,
  isOver: (value: Value) => boolean,
  remove: (key: Key, value: Value) => void = (key) => table.delete(key),
): () => void {
  const steps = stepsOfSweep(table, isOver, remove, ENTRIES_A_STEP);
  const timer = setInterval(() => steps.next(), EVERY_MS).unref();
  return () => clearInterval(timer);
}

/** Each step looks at `entriesAStep` entries at most. What is added meanwhile is seen in this lap or the next. */
export function* stepsOfSweep<Key, Value>(
  table: Map<Key, Value>,
  isOver: (value: Value) => boolean,
  remove: (key: Key, value: Value) => void,
  entriesAStep: number,
): Generator<void, never> {
  for (;;) {
    let left = entriesAStep;
    for (const [key, value] of table) {
      if (left === 0) {
        yield;
        left = entriesAStep;
      }
      left -= 1;
      if (isOver(value)) {
        remove(key, value);
      }
    }
    yield;
  }
}
