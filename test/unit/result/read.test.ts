import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { databaseOf } from '../../../bench/model/databases.js';
import { readResult } from '../../../bench/model/read-result.js';
import { type Result, SCHEMA_VERSION } from '../../../bench/model/result-schema.js';
import { renderHtml } from '../../../bench/report/html.js';
import { makeResult } from '../report/fixture.js';
import { onMariadb } from '../report/on-mariadb.js';

/** As a lab of that version would have written it. */
function asVersion(schemaVersion: number, { config, trials, comparisons, ...others }: Result) {
  const { variants, loadWorkers, equivalenceMargin, order, ...settings } = config;
  return {
    ...others,
    schemaVersion,
    config: {
      ...settings,
      strategies: variants.map(({ strategy }) => strategy),
      shards: loadWorkers,
      horizon: equivalenceMargin,
      order: order.map(({ variant, topology: _, ...planned }) => ({
        ...planned,
        strategy: variant,
      })),
    },
    trials: trials.map(({ variant, topology: _, loadWorkers: shards, ...trial }) => ({
      ...trial,
      strategy: variant,
      shards,
    })),
    comparisons: comparisons.map(
      ({ topology: _, simultaneousInterval, equivalenceMargin: horizon, ...comparison }) => ({
        ...comparison,
        familyInterval: simultaneousInterval,
        horizon,
      }),
    ),
  };
}

describe('a result read again', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'result-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = (result: object) => writeFile(join(folder, 'result.json'), JSON.stringify(result));

  it('of version 1, whose strategies have a name and a summary only, is reported', async () => {
    const strategies = makeResult().strategies.map(({ name, summary, control }) => ({
      ...{ name, summary, control },
    }));
    await write(asVersion(1, { ...makeResult(), strategies }));
    const result = await readResult(folder);
    expect(result.strategies[0]).to.have.all.keys('name', 'summary', 'control');
    const html = renderHtml(result);
    expect(html).to.include('before strategies declared their properties');
    expect(html).not.to.match(/NaN|undefined/);
  });

  it('of version 3, which knew of no web tier, is read as it was', async () => {
    await write(asVersion(3, makeResult()));
    const result = await readResult(folder);
    expect(result.config).not.to.have.property('web');
    expect(result.trials[0]?.cpuMicrosecondsPerRequest).not.to.have.property('web');
  });

  it('of version 4, which knew one database only, is read as one on it', async () => {
    await write(asVersion(4, makeResult()));
    const result = await readResult(folder);
    expect(result.config).not.to.have.property('database');
    expect(databaseOf(result.config)).to.equal('postgres');
    expect(result.trials[0]?.cpuMicrosecondsPerRequest.postgres).to.be.a('number');
  });

  it('of a run on MariaDB has no PostgreSQL in it', async () => {
    await write(onMariadb(makeResult()));
    const { config, trials } = await readResult(folder);
    expect(databaseOf(config)).to.equal('mariadb');
    expect(trials[0]?.cpuMicrosecondsPerRequest).to.include.keys('mariadb');
    expect(trials[0]?.cpuMicrosecondsPerRequest).not.to.have.property('postgres');
  });

  it('keeps the whole declaration', async () => {
    const written = makeResult({ strategies: ['opaque', 'none'] });
    await write(written);
    const result = await readResult(folder);
    expect(result).to.deep.equal(written);
    expect(result.strategies[0]?.companions).to.deep.equal(['authority']);
  });

  it('of an older version is refused where it is none, with the place that is wrong', async () => {
    const older = asVersion(3, makeResult());
    const { trials: _, ...cut } = older;
    const nameless = older.trials.map(({ strategy: _strategy, ...trial }) => trial);
    for (const [broken, place] of [
      [cut, 'trials'],
      [{ ...older, trials: nameless }, 'strategy'],
      [{ ...older, config: { ...older.config, shards: 'two' } }, 'loadWorkers'],
    ] as const) {
      await write(broken);
      const error = await readResult(folder).catch((caught) => caught);
      expect(error, place).to.include({ code: 'RESULT_MALFORMED' });
      expect(error.message).to.include(place);
    }
  });

  it('of a version to come is refused with a word on what to do', async () => {
    await write({ ...makeResult(), schemaVersion: SCHEMA_VERSION + 1 });
    const error = await readResult(folder).catch((caught) => caught);
    expect(error).to.include({ code: 'RESULT_TOO_NEW' });
    expect(error.message).to.include('reads up to 6');
  });
});
