/** Order matters: Edge and Opera call themselves Chrome too, and Chrome calls itself Safari. */
const BROWSERS: readonly [RegExp, string][] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
];
const SYSTEMS: readonly [RegExp, string][] = [
  [/\bAndroid\b/, 'Android'],
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
];
const LENGTH_MAX = 20;

/**
 * A User-Agent header as few words, for a user who looks for a login that is not theirs: `Firefox on
 * Linux`, `curl`. It is what the client says of itself, so nothing may depend on it.
 */
export function clientLabel(userAgent: string | undefined): string {
  if (userAgent === undefined) {
    return 'unknown';
  }
  const browser = nameIn(BROWSERS, userAgent);
  if (browser === undefined) {
    return /^[A-Za-z0-9._-]+/.exec(userAgent)?.[0].slice(0, LENGTH_MAX) ?? 'unknown';
  }
  const system = nameIn(SYSTEMS, userAgent);
  return system === undefined ? browser : `${browser} on ${system}`;
}

function nameIn(table: readonly [RegExp, string][], text: string): string | undefined {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}
