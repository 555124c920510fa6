import { expect } from 'chai';
import { readLoad } from '../../../bench/cli/verbs/load.js';
import { LabError } from '../../../bench/model/errors.js';

const URL_OF_A_STEP = 'http://127.0.0.1:3000/notes?limit=2';

function refusalOf(words: readonly string[]): LabError {
  try {
    readLoad(words);
  } catch (error) {
    if (error instanceof LabError) return error;
    throw error;
  }
  throw new Error(`${words.join(' ')} was accepted`);
}

describe('the words of lab load', () => {
  it('have defaults', () => {
    const { url, ...rest } = readLoad([URL_OF_A_STEP]);
    expect(url.href).to.equal(URL_OF_A_STEP);
    expect(rest).to.deep.equal({ seconds: 5, connections: 50, headers: {} });
  });

  it('take a header with colons and blanks in its value', () => {
    const words = [URL_OF_A_STEP, '--header', 'Cookie: a=1; b=x:y'];
    expect(readLoad(words).headers).to.deep.equal({ Cookie: 'a=1; b=x:y' });
  });

  for (const [what, words, code] of [
    ['no URL', [], 'URL_MISSING'],
    ['a second URL', [URL_OF_A_STEP, URL_OF_A_STEP], 'ARGUMENT_UNEXPECTED'],
    ['what is no URL', ['127.0.0.1:3000/notes'], 'URL_INVALID'],
    ['HTTPS', ['https://127.0.0.1/'], 'URL_INVALID'],
    ['a password in the URL', ['http://mina:secret@127.0.0.1/'], 'URL_INVALID'],
    ['another machine', ['http://192.168.0.7:3000/'], 'URL_NOT_LOOPBACK'],
    ['a name of another machine', ['http://localhost.example.org/'], 'URL_NOT_LOOPBACK'],
    ['too many connections', [URL_OF_A_STEP, '--connections', '1001'], 'OPTION_INVALID'],
    ['too long a window', [URL_OF_A_STEP, '--seconds', '61'], 'OPTION_INVALID'],
    ['a header without a colon', [URL_OF_A_STEP, '--header', 'Cookie'], 'OPTION_INVALID'],
    ['a header without a value', [URL_OF_A_STEP, '--header', 'Cookie: '], 'OPTION_INVALID'],
    ['a line break in a header', [URL_OF_A_STEP, '--header', 'A: b\r\nC: d'], 'OPTION_INVALID'],
    ['two headers', [URL_OF_A_STEP, '--header', 'A: b', '--header=C: d'], 'OPTION_INVALID'],
  ] as const) {
    it(`refuse ${what}`, () => {
      const { code: got, exitCode } = refusalOf(words);
      expect(got).to.equal(code);
      expect(exitCode).to.equal(2);
    });
  }
});
