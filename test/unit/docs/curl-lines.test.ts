import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const ROOT = new URL('../../../../', import.meta.url);
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];
/** Their servers write a newline themselves, which test/integration/tutorial/steps.test.ts looks at. */
const WITH_NEWLINES = /tutorial\/(ko\/)?0[12]-/;

describe('lines for curl in the documentation', () => {
  const lines = PAGES.flatMap((page) => commandsOf(page).map((command) => ({ page, command })));

  it('are found at all', () => {
    expect(lines.length).to.be.greaterThan(50);
    expect(problemOf('curl http://127.0.0.1/me')).to.include('newline');
    expect(problemOf('curl -c cookies.txt http://127.0.0.1/login')).to.include('file');
    expect(problemOf("curl -sw '\\n' --cookie-jar jar http://127.0.0.1/me")).to.include('file');
    expect(problemOf('ANSWER=$(curl http://127.0.0.1/me)')).to.include('-s');
    expect(problemOf('ANSWER=$(curl -si http://127.0.0.1/me)')).to.equal(null);
  });

  it('end the line after each answer, show no progress inside others, and write no credential', () => {
    for (const { page, command } of lines) {
      if (WITH_NEWLINES.test(page)) continue;
      expect(problemOf(command), `${page}: ${command}`).to.equal(null);
    }
  });
});

/** Whole commands: what a backslash breaks is put together. */
function commandsOf(page: string): string[] {
  const text = readFileSync(new URL(page, ROOT), 'utf8');
  return [...text.matchAll(/^```(?:sh|console[^\n]*|)\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => block.replaceAll(/\\\n\s*/g, '').split('\n'))
    .map((line) => line.replace(/^\$ /, ''))
    .filter((line) => /(^|[(;] ?|do )curl /.test(line));
}

function problemOf(command: string): string | null {
  if (/ (-c|--cookie-jar)[ =]/.test(command)) return 'a cookie in a file';
  const silent = / (-[A-Za-z]*s|--silent)/.test(command);
  if (/\$\(curl /.test(command) || / > \S+$/.test(command)) {
    return silent ? null : 'the progress is shown without -s';
  }
  if (/ -o \/dev\/null/.test(command)) {
    const written = / -w '([^']*)'/.exec(command)?.[1];
    if (written === undefined || /; echo$/.test(command)) return null;
  }
  return / -w '[^']*\\n'/.test(command) ? null : 'no newline after the answer';
}
