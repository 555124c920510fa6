/** A part of a text, and how much it alone looks like spam. */
export interface Passage {
  /** Place of its first character in the text, in UTF-16 code units. */
  readonly start: number;
  /** Place after its last one. */
  readonly end: number;
  /** Probability, 0 to 1. */
  readonly spam: number;
}

/** As long as most posts are: the model has seen texts of that length. */
const PASSAGE_CHARACTERS = 400;
/** A passage may begin at every so many characters: fine enough to meet where the trouble begins. */
const STEP_CHARACTERS = 20;

/**
 * The passages of a text that look most like spam, worst first; none overlaps another. Every window of
 * the text is scored anew, so that a long text is read twenty times over: tens of milliseconds, where
 * one prediction takes one or two.
 *
 * @param count how many at most
 * @param spamIn probability that a text is spam
 */
export function mostSuspicious(
  text: string,
  count: number,
  spamIn: (part: string) => number,
): Passage[] {
  const chosen: Passage[] = [];
  for (const passage of windowsOf(text, spamIn).sort((a, b) => b.spam - a.spam)) {
    if (chosen.length === count) {
      break;
    }
    if (chosen.every(({ start, end }) => passage.end <= start || passage.start >= end)) {
      chosen.push(passage);
    }
  }
  return chosen;
}

function windowsOf(text: string, spamIn: (part: string) => number): Passage[] {
  const windows: Passage[] = [];
  for (let start = 0; ; start += STEP_CHARACTERS) {
    const end = Math.min(text.length, start + PASSAGE_CHARACTERS);
    windows.push({ start, end, spam: spamIn(text.slice(start, end)) });
    if (end === text.length) {
      return windows;
    }
  }
}
