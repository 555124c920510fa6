import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';

const ROOT = new URL('../../../../', import.meta.url);
const PAGES = [
  'README.md',
  ...readdirSync(new URL('docs/', ROOT), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name.replaceAll('\\', '/')}`),
];

describe('links of the documentation', () => {
  it('are found at all', () => {
    expect(linksOf('README.md')).to.include('docs/method.md');
    expect(anchorsOf('docs/tutorial/ko/04-database.md')).to.include('잘못될-수-있는-것');
  });

  for (const page of PAGES) {
    it(`lead to files and headings that are there: ${page}`, () => {
      for (const link of linksOf(page)) {
        const url = new URL(link, new URL(page, ROOT));
        const path = decodeURIComponent(url.pathname.slice(ROOT.pathname.length));
        expect(existsSync(new URL(path, ROOT)), link).to.equal(true);
        if (url.hash !== '' && path.endsWith('.md')) {
          expect(anchorsOf(path), link).to.include(decodeURIComponent(url.hash.slice(1)));
        }
      }
    });
  }
});

/** Relative ones only: what the net has is not ours to test. */
function linksOf(page: string): string[] {
  return [...withoutCode(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link = '']) => link)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** As GitHub makes them: lower case, no punctuation, a dash for each blank; a second one is numbered. */
function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(page).matchAll(/^#+ +(.*?)\s*$/gm)].map(([, title = '']) => {
    const anchor = title
      .toLowerCase()
      .replaceAll(/[^\p{Letter}\p{Mark}\p{Number}_\- ]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(anchor) ?? 0;
    seen.set(anchor, before + 1);
    return before === 0 ? anchor : `${anchor}-${before}`;
  });
}

function withoutCode(page: string): string {
  return withoutFences(page).replaceAll(/`[^`\n]*`/g, '');
}

function withoutFences(page: string): string {
  return readFileSync(new URL(page, ROOT), 'utf8').replaceAll(/^```.*?^```$/gms, '');
}
