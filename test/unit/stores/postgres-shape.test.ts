import { expect } from 'chai';
import { postgresFrom } from '../../../bench/cli/options/postgres-option.js';
import {
  nameOfPostgresShape,
  ONE_POSTGRES,
  parsePostgresShape,
} from '../../../bench/stores/postgres/shape.js';

describe('how many servers PostgreSQL is', () => {
  it('is one unless told, or a primary with up to four replicas, and is written as it is read', () => {
    expect(postgresFrom({})).to.deep.equal(ONE_POSTGRES);
    expect(parsePostgresShape('one')).to.deep.equal({ kind: 'one' });
    expect(parsePostgresShape('primary:1+1')).to.deep.equal({ kind: 'primary', replicas: 1 });
    for (const text of ['one', 'primary:1+1', 'primary:1+4']) {
      expect(nameOfPostgresShape(parsePostgresShape(text))).to.equal(text);
    }
  });

  for (const text of [
    ...['', 'two', 'primary', 'primary:1', 'primary:1+0', 'primary:1+5', 'primary:2+1'],
    ...['primary:1+1+1', 'Primary:1+1', ' primary:1+1', 'primary:1+-1', 'cluster:3+3'],
  ]) {
    it(`is not "${text}", and says in one line what it can be`, () => {
      expect(() => postgresFrom({ postgres: text }))
        .to.throw(/^--postgres is one, or primary:1\+REPLICAS \(1 to 4 replicas\); [^\n]+$/)
        .with.include({ code: 'OPTION_INVALID', exitCode: 2 });
    });
  }
});
