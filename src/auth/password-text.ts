import { isWellFormed } from './storable-text.js';

/**
 * Passwords as text, by the OpaqueString profile of RFC 8265, section 4.2: what looks the same on two
 * keyboards is the same. Of its base class (RFC 8264, section 4.3) the part that matters here: no
 * control characters. Unassigned code points are taken, because which those are depends on the version
 * of Unicode that a process has.
 */

/** Space separators other than U+0020. */
const OTHER_SPACES = /\p{Zs}/gu;
const CONTROLS = /\p{Cc}/u;

/** What is hashed; undefined for a text that cannot be a password. */
export function normalPassword(text: string): string | undefined {
  return isWellFormed(text) && !CONTROLS.test(text)
    ? text.replace(OTHER_SPACES, ' ').normalize('NFC')
    : undefined;
}

/**
 * The forms to try, one or two: the normal one, and the text as it came, for hashes of before passwords
 * were normalised. How many depends on the text alone.
 */
export function passwordForms(text: string): string[] {
  const normal = normalPassword(text);
  return normal === undefined || normal === text ? [text] : [normal, text];
}

/** In code points, of the normal form: what people count (NIST SP 800-63B, section 5.1.1.2). */
export function passwordLength(text: string): number {
  return [...(normalPassword(text) ?? text)].length;
}
