import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { strategies } from '../../../src/auth/registry.js';
import { families } from '../../attacks/families.js';
import { readTable, renderSecurityTable } from '../../support/security-table.js';

describe('the page on security', () => {
  const page = readFileSync(new URL('../../../../docs/security.md', import.meta.url), 'utf8');

  it('has the table that the attacks themselves make: run npm run docs:security', async () => {
    expect(readTable(page)).to.equal(await renderSecurityTable(families));
  });

  it('names every attack once, so that a title in it finds its test', () => {
    for (const { attacks } of families) {
      const titles = attacks.map(({ title }) => title);
      expect(new Set(titles).size).to.equal(titles.length);
    }
    expect(new Set(families.map(({ name }) => name)).size).to.equal(families.length);
  });

  it('quotes only tests that there are', () => {
    const known = new Set(families.flatMap(({ attacks }) => attacks.map(({ title }) => title)));
    const prose = page.replace(readTable(page), '');
    const quoted = [...prose.matchAll(/test "([^"]+)"/g)].map(([, title]) => title);
    expect(quoted).to.not.deep.equal([]);
    expect(quoted.filter((title) => !known.has(String(title)))).to.deep.equal([]);
  });

  it('says of each strategy what ending a login means', () => {
    for (const name of Object.keys(strategies)) {
      expect(page, name).to.include(`\`${name}\``);
    }
  });

  it('describes every attack that applies to some strategy', async () => {
    const modules = await Promise.all(Object.values(strategies).map((load) => load()));
    for (const attack of families.flatMap(({ attacks }) => attacks)) {
      const outcomes = modules.map((module) => attack.outcome(module).kind);
      expect(
        outcomes.some((kind) => kind !== 'not-applicable'),
        attack.title,
      ).to.equal(true);
    }
  });
});
