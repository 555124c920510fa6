import { strategies } from './auth/registry.js';
import { defaultAccessTokenTtlSeconds, knownVariables } from './config/settings.js';
import { printLine, runEntry } from './server/entry.js';

await runEntry(async () => {
  const described = await Promise.all(
    Object.entries(strategies).map(async ([name, load]) => {
      const { description, needs, companions = [] } = await load();
      return { name, ...description, needs, companions };
    }),
  );
  printLine({
    strategies: described,
    variables: knownVariables(),
    accessTokenTtlSeconds: defaultAccessTokenTtlSeconds(),
  });
});
