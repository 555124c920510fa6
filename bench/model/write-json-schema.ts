/** Entry: writes the JSON Schemas of result.json, drill.json and crowd.json to docs/. Run it after a change of either shape. */
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { crowdJsonSchema, drillJsonSchema, resultJsonSchema } from './json-schema.js';

const SCHEMAS = { result: resultJsonSchema(), drill: drillJsonSchema(), crowd: crowdJsonSchema() };

for (const [name, schema] of Object.entries(SCHEMAS)) {
  const path = fileURLToPath(new URL(`../../../docs/${name}.schema.json`, import.meta.url));
  writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
}
