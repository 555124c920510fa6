import { expect } from 'chai';
import { describedStrategySchema } from '../../../bench/model/result-schema.js';
import { markdownTable } from '../../../bench/report/markdown.js';
import { STRATEGY_PROPERTIES, wordsOf } from '../../../bench/report/strategy-properties.js';
import {
  propertyTable,
  strategyTable,
  summaryTable,
} from '../../../bench/report/strategy-table.js';
import { renderTextTable } from '../../../bench/text/text-table.js';
import { ELEVEN } from './declarations.js';

describe('the table of strategies', () => {
  it('fits 120 columns of a terminal, with eleven strategies', () => {
    for (const table of [strategyTable(ELEVEN), summaryTable(ELEVEN), propertyTable()]) {
      for (const line of renderTextTable(table, 120)) expect(line.length, line).to.be.at.most(120);
    }
  });

  it('loses no word to the wrapping', () => {
    const words = (text: string) =>
      text
        .split(/\s+/)
        .filter((word) => /\w/.test(word))
        .sort();
    const table = summaryTable(ELEVEN);
    const cells = [...table.columns.map(({ label }) => label), ...table.rows.flat()].join(' ');
    const text = renderTextTable(table, 40).join(' ').replace(/-{3,}/g, '');
    expect(words(text)).to.deep.equal(words(cells));
  });

  it('is Markdown with a row for each strategy', () => {
    const lines = markdownTable(strategyTable(ELEVEN)).split('\n');
    expect(lines).to.have.length(2 + 11);
    expect(lines[0]).to.match(/^\| Strategy \| Sent as \| State kept in \| Bytes \|/);
    for (const line of lines) expect(line.split('|')).to.have.length(2 + 1 + 11);
  });

  it('has a word for every property of the declaration that tells strategies apart', () => {
    const [session] = ELEVEN;
    const other = {
      ...ELEVEN.find(({ name }) => name === 'opaque'),
      sharedByInstances: false,
      survivesRedisLoss: true,
      verifiableByThirdParty: true,
      revocation: 'at-expiry' as const,
      listsLogins: false,
    } as (typeof ELEVEN)[number];
    for (const { heading, of } of STRATEGY_PROPERTIES) {
      expect(of(session as (typeof ELEVEN)[number]), heading).not.to.equal(of(other));
    }
    // The name and the summary have columns of their own; needs and companions follow from the rest.
    // Those that few strategies declare are said in the column of another.
    const elsewhere = ['name', 'summary', 'control', 'needs', 'companions'];
    const shared = ['expires', 'onePerUser', 'revokesTokens'];
    const fields = Object.keys(describedStrategySchema.shape).filter(
      (field) => ![...elsewhere, ...shared].includes(field),
    );
    expect(STRATEGY_PROPERTIES).to.have.length(fields.length);
  });

  it('says what few strategies declare: a key that all logins share, without an end', () => {
    const key = {
      ...(ELEVEN.find(({ name }) => name === 'opaque') as (typeof ELEVEN)[number]),
      expires: false as const,
      onePerUser: true as const,
      revokesTokens: true as const,
      refreshes: false,
    };
    const words = wordsOf(key);
    expect(words).to.include('bearer header, one for each user');
    expect(words).to.include('at once, else never');
    expect(words).to.include('revoke');
    expect(wordsOf({ ...key, revocation: 'never' })).to.include('never');
    expect(describedStrategySchema.parse(key)).to.deep.equal(key);
  });

  it('says that nothing is known of a strategy of an old result', () => {
    const [row] = strategyTable([{ name: 'session', summary: '', control: false }]).rows;
    expect(row).to.deep.equal(['session', ...STRATEGY_PROPERTIES.map(() => '–')]);
  });
});
