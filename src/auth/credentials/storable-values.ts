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

/** The largest id that the column of a user can hold (int4 of PostgreSQL, INT of MySQL). */
export const ID_MAX = 2_147_483_647;

/** Whether a value is the id of a user, as a number. Nothing else may reach a statement. */
export function isUserId(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= ID_MAX;
}

/**
 * The id of a user in the one spelling that credentials have it in; undefined for anything else.
 * Number() takes "0x1", " 1" and true for user 1 as well.
 */
export function readUserId(text: unknown): number | undefined {
  const id = typeof text === 'string' && /^[1-9]\d{0,9}$/.test(text) ? Number(text) : undefined;
  return isUserId(id) ? id : undefined;
}
