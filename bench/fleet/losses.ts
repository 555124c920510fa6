/** The first process of a fleet that ended although nobody asked it to. */
export interface Losses {
  /** @param ended resolves with how it ended: "SIGKILL" or "code 1" */
  watch(ended: Promise<string>, what: string): void;
  /** From now on processes end because they are asked to. */
  expect(): void;
  /** What happened, as a sentence; null while nothing did. */
  first(): string | null;
  /** Called at most once; at once where a process is lost already. */
  onFirst(listener: (what: string) => void): void;
}

export function watchLosses(): Losses {
  let expected = false;
  let lost: string | null = null;
  let listener: ((what: string) => void) | null = null;
  return {
    watch(ended, what) {
      ended.then((how) => {
        if (expected || lost) return;
        lost = `${what} ended with ${how}`;
        listener?.(lost);
      });
    },
    expect() {
      expected = true;
    },
    first: () => lost,
    onFirst(heard) {
      listener = heard;
      if (lost) heard(lost);
    },
  };
}
