import { expect } from 'chai';
import { masked } from '../../support/tutorial/masked.js';
import { needs } from '../../support/tutorial/needs.js';
import { nginxOrReason } from '../../support/tutorial/nginx.js';
import { type Block, blocksOf, PAGES, readTutorial } from '../../support/tutorial/page.js';
import { loads, playBlock } from '../../support/tutorial/play.js';
import { openTerminal, type Terminal } from '../../support/tutorial/terminal.js';

/** Measured once in test/e2e/load.test.ts: figures are no matter of right and wrong. */
const types = (command: string) => !loads(command);
const isOfNginx = ({ words, language }: Block) => language === 'console' && words.includes('nginx');

for (const page of PAGES) {
  describe(`the page ${page}`, function () {
    // Unpacking nginx for the first time takes a while.
    this.timeout(180_000);
    const blocks = blocksOf(readTutorial(page));
    let terminal: Terminal;

    before(async function () {
      needs(this, 'bash', 'curl');
      terminal = await openTerminal();
    });
    after(() => terminal?.close());

    async function play(some: readonly Block[]): Promise<void> {
      for (const block of some) {
        await playBlock(block, terminal, {
          types,
          onOutput({ command, output: shown }, output) {
            expect(masked(output), command).to.equal(masked(shown));
            // Else the prompt of the shell would stand behind the answer.
            if (output !== '')
              expect(output.endsWith('\n'), `${command} ends its line`).to.equal(true);
          },
        });
      }
    }

    it('gives the answers that it shows', () => play(blocks.filter((block) => !isOfNginx(block))));

    if (blocks.some(isOfNginx)) {
      it('gives the same behind nginx', async function () {
        const nginx = await nginxOrReason();
        if (typeof nginx === 'string') {
          process.stdout.write(`    skipped: ${nginx}\n`);
          this.skip();
        }
        await play(blocks.filter(isOfNginx));
      });
    }

    it('leaves no file behind', async () => expect(await terminal.files()).to.deep.equal([]));
  });
}
