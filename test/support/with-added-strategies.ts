/** Holds the address of a module that adds strategies to the registry when it is imported. */
export const ADDED_VARIABLE = 'LAB_TEST_ADDED_STRATEGIES';

/** For node: an instance that tests start knows the added strategies too. */
export function importAdded(): string[] {
  const added = process.env[ADDED_VARIABLE];
  return added === undefined ? [] : ['--import', added];
}
