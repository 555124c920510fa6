/** `npm run train:model`: writes src/prediction/model/spam-model.ts anew, the same each time. */
import { writeFileSync } from 'node:fs';
import { printLine, runEntry } from '../../server/entry.js';
import { readCorpus } from './corpus.js';
import { LEARNING, train } from './train.js';

/** From dist/src/prediction/training back to the source. */
const TARGET = new URL('../../../../src/prediction/model/spam-model.ts', import.meta.url);

await runEntry(async () => {
  const model = train(readCorpus(), LEARNING);
  writeFileSync(
    TARGET,
    `import type { ModelData } from './classifier.js';

/** Written by \`npm run train:model\`; see docs/predictions.md for what it is and how good it is. */
export const spamModel: ModelData = ${JSON.stringify(model, null, 2)};
`,
  );
  printLine({ trained: model.facts });
});
