import type { StrategyDescription } from '../../src/auth/strategy.js';
import { strategiesUnderTest } from './strategies-under-test.js';

/**
 * One strategy for each of what `trait` says, the first in the registry; none where it says nothing.
 * Variants that share the code under test need not all be started.
 */
export async function strategiesBy(
  trait: (description: StrategyDescription) => string | undefined,
): Promise<{ name: string; description: StrategyDescription }[]> {
  const found = new Map<string, { name: string; description: StrategyDescription }>();
  for (const [name, loadModule] of Object.entries(strategiesUnderTest)) {
    const { description } = await loadModule();
    const value = trait(description);
    if (value !== undefined && !found.has(value)) {
      found.set(value, { name, description });
    }
  }
  return [...found.values()];
}
