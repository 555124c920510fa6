import { setTimeout as delay } from 'node:timers/promises';

/** Asks again until the question is answered with true. @throws Error after `withinMs` */
export async function eventually(
  question: () => Promise<boolean>,
  what: string,
  withinMs = 5000,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await question())) {
    if (performance.now() > deadline) {
      throw new Error(`${what}: not within ${withinMs} ms`);
    }
    await delay(20);
  }
}

/** Asserts again and again until nothing is thrown. @throws what was thrown last, after `withinMs` */
export async function untilPasses(assertion: () => unknown, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      await assertion();
      return;
    } catch (error) {
      if (performance.now() > deadline) {
        throw error;
      }
      await delay(20);
    }
  }
}
