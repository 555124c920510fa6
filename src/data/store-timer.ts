/** Hears how long a store took, and whether it answered. */
export type StoreTimer = (seconds: number, isAnswered: boolean) => void;

/**
 * Work, with its time told. Without a listener it costs nothing.
 * @param isAnswer whether an error is what the store said, and not its absence
 */
export function timed<T>(
  work: Promise<T>,
  listener: StoreTimer | undefined,
  isAnswer: (error: unknown) => boolean = () => false,
): Promise<T> {
  return listener === undefined ? work : tell(work, listener, isAnswer);
}

async function tell<T>(
  work: Promise<T>,
  listener: StoreTimer,
  isAnswer: (error: unknown) => boolean,
): Promise<T> {
  const fromMs = performance.now();
  let isAnswered = true;
  try {
    return await work;
  } catch (error) {
    isAnswered = isAnswer(error);
    throw error;
  } finally {
    listener((performance.now() - fromMs) / 1000, isAnswered);
  }
}
