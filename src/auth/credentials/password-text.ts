import { isWellFormed } from './storable-values.js';

/**
 * Passwords as text, by the OpaqueString profile of RFC 8265, section 4.2: what looks the same on two
 * keyboards is the same. Of its base class (RFC 8264, section 4.3) the part that matters here: no
 * control characters, and nothing that Unicode has not assigned, because its normal form is not settled
 * yet. Emoji are taken with the invisible characters they are typed with, which that class refuses.
 */

/** Space separators other than U+0020. */
const OTHER_SPACES = /\p{Zs}/gu;
/** Control characters, noncharacters, and what the Unicode of this process has not assigned. */
const NO_TEXT = /[\p{Cc}\p{Cn}]/u;

/** What is hashed; undefined for a text that cannot become a password. */
export function normalPassword(text: string): string | undefined {
  return isWellFormed(text) && !NO_TEXT.test(text) ? normalised(text) : undefined;
}

function normalised(text: string): string {
  return text.replace(OTHER_SPACES, ' ').normalize('NFC');
}

/**
 * The forms to try, one or two: the normal one, and the text as it came, for hashes of before passwords
 * were normalised. How many depends on the text alone.
 */
export function passwordForms(text: string): string[] {
  // Also of what could not become a password now: a process that knows more of Unicode may have taken it.
  const normal = normalised(text);
  return normal === text ? [text] : [normal, text];
}

/** In code points, of the normal form: what people count (NIST SP 800-63B, section 5.1.1.2). */
export function passwordLength(text: string): number {
  return [...(normalPassword(text) ?? text)].length;
}
