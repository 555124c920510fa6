import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { drillJsonSchema, resultJsonSchema } from '../../bench/model/json-schema.js';

const SCHEMAS = { result: resultJsonSchema, drill: drillJsonSchema };

for (const [name, schemaOf] of Object.entries(SCHEMAS)) {
  describe(`published JSON Schema of ${name}.json`, () => {
    it('is the one the lab checks with; mend it with npm run docs:schema', async () => {
      const published = JSON.parse(await readFile(`docs/${name}.schema.json`, 'utf8'));
      expect(published).to.deep.equal(JSON.parse(JSON.stringify(schemaOf())));
    });
  });
}
