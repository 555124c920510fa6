import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { helpOfVerb, helpOfVerbs } from '../../bench/cli/help.js';
import { VERBS } from '../../bench/cli/verbs/registry.js';

const CLI = fileURLToPath(new URL('../../bench/cli/main.js', import.meta.url));

const expectNarrow = (text: string) => {
  for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(80);
};

describe('help', () => {
  it('names every verb', async () => {
    const text = await helpOfVerbs(VERBS);
    expectNarrow(text);
    for (const name of Object.keys(VERBS)) expect(text).to.match(new RegExp(`^  ${name} `, 'm'));
  });

  for (const [name, load] of Object.entries(VERBS)) {
    it(`fits a terminal and has every option: ${name}`, async () => {
      const verb = await load();
      const text = await helpOfVerb(name, verb);
      expectNarrow(text);
      for (const option of Object.keys(await verb.options())) {
        expect(text).to.match(new RegExp(`^  --${option}( |$)`, 'm'));
      }
    });
  }

  it('keeps every word of a list of names that is broken into lines', async () => {
    const options = {
      pick: {
        takes: `${'name-of-one,'.repeat(12)}last`,
        allowed: '',
        help: 'which',
        parse: () => undefined,
      },
    };
    const text = await helpOfVerb('try', {
      summary: 'a verb',
      options: async () => options,
      run: async () => {},
    });
    expectNarrow(text);
    expect(text.replaceAll(/\s+/g, '')).to.include(options.pick.takes);
  });

  it('comes with help VERB and VERB --help alike, and knows no other verb', () => {
    const lab = (...words: string[]) =>
      execFileSync(process.execPath, [CLI, ...words], { encoding: 'utf8' });
    expect(lab('help', 'diff')).to.equal(lab('diff', '--help'));
    const { status, stderr } = spawnSync(process.execPath, [CLI, 'help', 'nope'], {
      encoding: 'utf8',
    });
    expect(status).to.equal(2);
    expect(stderr).to.match(/^VERB_UNKNOWN: There is no verb "nope"\. Allowed: compare/);
  });
});
