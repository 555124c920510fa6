/** Hears how long a store took, and whether it answered. */
export type StoreTimer = (seconds: number, isAnswered: boolean) => void;

/**
 * Work as it is, or with its time told. Without a listener it costs nothing.
 * @param isAnswer whether an error is what the store said, and not its absence
 */
export function timed<T>(
  work: Promise<T>,
  listener: StoreTimer | undefined,
  isAnswer: (error: unknown) => boolean = () => false,
): Promise<T> {
  if (listener === undefined) {
    return work;
  }
  const fromMs = performance.now();
  const seconds = () => (performance.now() - fromMs) / 1000;
  work.then(
    () => listener(seconds(), true),
    (error) => listener(seconds(), isAnswer(error)),
  );
  return work;
}
