import { expect } from 'chai';
import type { NginxProgram } from '../../../bench/services/nginx-program.js';
import { createTestDatabase, createTestRedis } from '../../support/stores.js';
import { masked } from '../../support/tutorial/masked.js';
import { needs } from '../../support/tutorial/needs.js';
import { nginxOrReason } from '../../support/tutorial/nginx.js';
import { type Block, blocksOf, PAGES, readTutorial } from '../../support/tutorial/page.js';
import { loads, playBlock, startsStores } from '../../support/tutorial/play.js';
import { openTerminal, type Terminal } from '../../support/tutorial/terminal.js';

/** Measured once in test/e2e/load.test.ts: figures are no matter of right and wrong. */
const types = (command: string) => !startsStores(command) && !loads(command);
const isOfNginx = ({ words, language }: Block) => language === 'console' && words.includes('nginx');

for (const page of PAGES) {
  describe(`the page ${page}`, function () {
    // Unpacking nginx for the first time takes a while.
    this.timeout(180_000);
    const blocks = blocksOf(readTutorial(page));
    let terminal: Terminal;
    let nginx: NginxProgram | string | undefined;
    let closes: (() => unknown)[] = [];

    before(async function () {
      needs(this, 'bash', 'curl');
      const [database, redis] = await Promise.all([createTestDatabase(), createTestRedis()]);
      closes = [() => database.drop(), () => redis.close()];
      if (blocks.some(isOfNginx)) nginx = await nginxOrReason();
      const variables = { DATABASE_URL: database.url, REDIS_URL: redis.url };
      terminal = await openTerminal(variables, typeof nginx === 'string' ? undefined : nginx);
      closes.unshift(() => terminal.close());
    });
    after(async () => {
      for (const close of closes) await close();
    });

    async function play(some: readonly Block[]): Promise<void> {
      for (const block of some) {
        await playBlock(block, terminal, {
          types,
          onOutput: ({ command, output: shown }, output) =>
            expect(masked(output), command).to.equal(masked(shown)),
        });
      }
    }

    it('gives the answers that it shows', () => play(blocks.filter((block) => !isOfNginx(block))));

    if (blocks.some(isOfNginx)) {
      it('gives the same behind nginx', async function () {
        if (typeof nginx === 'string') {
          process.stdout.write(`    skipped: ${nginx}\n`);
          this.skip();
        }
        await play(blocks.filter(isOfNginx));
      });
    }
  });
}
