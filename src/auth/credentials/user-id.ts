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
