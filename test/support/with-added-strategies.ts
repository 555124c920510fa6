/** Holds the address of a module that adds strategies to the registry when it is imported. */
export const ADDED_VARIABLE = 'LAB_TEST_ADDED_STRATEGIES';

const address = process.env[ADDED_VARIABLE];
// Here, as what reads settings asks the registry for its names when it is loaded.
if (address !== undefined) {
  await import(address);
}

/** For node: an instance that tests start knows the added strategies too. */
export function importAdded(): string[] {
  return address === undefined ? [] : ['--import', address];
}
