import { expect } from 'chai';
import { renderTrialsCsv } from '../../../bench/report/csv.js';
import { makeResult } from './fixture.js';

describe('trials.csv', () => {
  it('has no text that a spreadsheet takes for a formula, and leaves numbers as they are', () => {
    const { trials, ...result } = makeResult();
    for (const begin of ['=', '+', '-', '@', '\t']) {
      const variant = `${begin}cmd|' /C calc'!A0`;
      const named = trials.slice(0, 1).map((trial) => ({ ...trial, variant, requests: 12 }));
      const [, line = ''] = renderTrialsCsv({ ...result, trials: named }).split('\r\n');
      expect(line.startsWith(`'${variant}`), JSON.stringify(line)).to.equal(true);
      expect(line).to.include(',12,');
    }
  });
});
