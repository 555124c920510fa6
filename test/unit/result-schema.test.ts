import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { resultJsonSchema } from '../../bench/model/json-schema.js';

describe('published JSON Schema of result.json', () => {
  it('is the one the lab checks with; mend it with npm run docs:schema', async () => {
    const published = JSON.parse(await readFile('docs/result.schema.json', 'utf8'));
    expect(published).to.deep.equal(JSON.parse(JSON.stringify(resultJsonSchema())));
  });
});
