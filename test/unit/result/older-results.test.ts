/**
 * Results that labs of older versions really wrote, read by this one: the reports say what they are to say,
 * byte for byte.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'chai';
import { resultJsonSchema } from '../../../bench/model/json-schema.js';
import { SCHEMA_VERSION } from '../../../bench/model/result-schema.js';
import {
  EXPECTED_REPORTS,
  OLDER_RUNS,
  readStored as read,
  STORED_RESULTS,
} from '../../support/expected-reports.js';

describe('a stored result of an older version', () => {
  const accepts = new Ajv2020({ strict: false, validateFormats: false }).compile(
    resultJsonSchema(),
  );

  for (const run of OLDER_RUNS) {
    it(`of ${run} is read in the shape of this version`, async () => {
      const stored = JSON.parse(await readFile(join(STORED_RESULTS, run, 'result.json'), 'utf8'));
      expect(`v${stored.schemaVersion}`).to.equal(run.slice(0, 2));
      const result = await read(run);
      expect(result.schemaVersion).to.equal(SCHEMA_VERSION);
      expect(result.trials).to.have.length(stored.trials.length);
      expect(result.config.variants.map(({ strategy }) => strategy)).to.deep.equal(
        stored.config.strategies,
      );
      expect(accepts(result), JSON.stringify(accepts.errors)).to.equal(true);
    });
  }

  for (const { what, path, make } of EXPECTED_REPORTS) {
    it(`says as before: ${what} (else run npm run docs:expected, and look at the difference)`, async () => {
      expect(await make()).to.equal(await readFile(path, 'utf8'));
    });
  }

  it('keeps two variants of a strategy apart, and the variables of each', async () => {
    for (const run of ['v3', 'v5']) {
      const { config, trials } = await read(run);
      expect(config.variants.slice(0, 2), run).to.deep.equal([
        { id: 'session', strategy: 'session', environment: {} },
        { id: 'session#2', strategy: 'session', environment: { LOG_LEVEL: 'info' } },
      ]);
      expect(new Set(trials.map(({ variant }) => variant)), run).to.include('session#2');
    }
  });

  it('knows the topology that its trials were measured in', async () => {
    for (const [run, topology] of [
      ['v2', 'direct'],
      ['v4', 'web'],
    ] as const) {
      const { trials, comparisons, config } = await read(run);
      const found = [...trials, ...comparisons, ...config.order].map((each) => each.topology);
      expect(new Set(found), run).to.deep.equal(new Set([topology]));
    }
  });
});
