import { strategies } from './auth/registry.js';
import { printLine, runEntry } from './entry.js';

await runEntry(async () => {
  const described = await Promise.all(
    Object.entries(strategies).map(async ([name, load]) => ({
      name,
      ...(await load()).description,
    })),
  );
  printLine({ strategies: described });
});
