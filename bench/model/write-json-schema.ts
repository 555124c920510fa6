/** Entry: writes the JSON Schema of result.json to docs/. Run it after a change of schema.ts. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { resultJsonSchema } from './json-schema.js';

const path = fileURLToPath(new URL('../../../docs/result.schema.json', import.meta.url));
writeFileSync(path, `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
