const HALF_SURROGATE = /\p{Surrogate}/u;

/** Half a surrogate pair is no character: encoded it becomes U+FFFD, as every other half does. */
export function isWellFormed(text: string): boolean {
  return !HALF_SURROGATE.test(text);
}

/** PostgreSQL's text cannot hold U+0000. */
export function hasNoNul(text: string): boolean {
  return !text.includes('\u0000');
}

/** Whether every database holds a value as it is. Text of a credential or a client that is not never reaches one. */
export function isStorableText(value: unknown): value is string {
  return typeof value === 'string' && isWellFormed(value) && hasNoNul(value);
}
