/** Entry: writes the JSON Schemas of result.json and drill.json to docs/. Run it after a change of either shape. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { drillJsonSchema, resultJsonSchema } from './json-schema.js';

const SCHEMAS = { result: resultJsonSchema(), drill: drillJsonSchema() };

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const path = fileURLToPath(new URL(`../../../docs/${name}.schema.json`, import.meta.url));
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
