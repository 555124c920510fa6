/** Whether a text is of the language that the model was trained on, as far as that can be told cheaply. */

/** Of all letters, so many must be Latin ones. */
const LATIN_SHARE_MIN = 0.8;
/** Of all words, so many must be known: English has most of its words among a few thousand. */
const KNOWN_SHARE_MIN = 0.5;

/**
 * @returns a sentence that says what is wrong, without anything of the text; undefined: it is English,
 *   or close enough
 */
export function problemOfLanguage(
  text: string,
  isKnown: (word: string) => boolean,
): string | undefined {
  const { letters, latin } = countLetters(text);
  if (letters === 0) {
    return 'The text has no letters; the model reads English.';
  }
  if (latin < letters * LATIN_SHARE_MIN) {
    return 'The text is not written in Latin letters; the model reads English.';
  }
  const words = wordsOf(text);
  const known = words.filter(isKnown).length;
  return known < words.length * KNOWN_SHARE_MIN
    ? 'Too few words of the text are known; the model reads English.'
    : undefined;
}

/** Words of letters, in lower case; an apostrophe inside belongs to its word. */
export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/\p{L}+(?:['’]\p{L}+)*/gu) ?? [];
}

function countLetters(text: string): { letters: number; latin: number } {
  let letters = 0;
  let latin = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isAsciiLetter(code)) {
      letters++;
      latin++;
    } else if (code > 0x7f) {
      const character = String.fromCodePoint(text.codePointAt(at) as number);
      at += character.length - 1;
      if (/\p{L}/u.test(character)) {
        letters++;
        latin += /\p{Script=Latin}/u.test(character) ? 1 : 0;
      }
    }
  }
  return { letters, latin };
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 97 && lower <= 122;
}
