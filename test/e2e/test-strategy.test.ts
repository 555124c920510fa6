import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { endWithTests } from '../support/cleanup.js';
import { ADDED_VARIABLE } from '../support/with-added-strategies.js';
import { environmentOfOtherTests } from '../support/worker-stores.js';

const SCRIPT = fileURLToPath(new URL('../support/test-strategy.js', import.meta.url));
const ADDED = new URL('../support/added-strategies.js', import.meta.url).href;

async function testStrategy(...words: string[]): Promise<{ code: number; printed: string }> {
  const child = endWithTests(
    spawn(process.execPath, [SCRIPT, ...words], {
      env: { ...environmentOfOtherTests(), [ADDED_VARIABLE]: ADDED },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
    });
  }
  const [code] = await once(child, 'close');
  return { code, printed };
}

/** Only what is declared, and the document: the rest of the suites is the same for all. */
const DECLARED = ['--grep', 'as declared|the document|a credential of one login'];

const PARTS =
  'as declared|attacks on .* (replay|query|jwt-claims rights|refresh a refresh token (revoked|exchanged))';

describe('npm run test:strategy', function () {
  this.timeout(120_000);

  it('names all strategies when there is none of that name', async () => {
    const { code, printed } = await testStrategy('no-such');
    expect(code).to.equal(2);
    expect(printed).to.include('There is no strategy "no-such"').and.include('jwt-es256');
  });

  it('passes a key without end, renewal or revocation', async () => {
    const { code, printed } = await testStrategy('apikey', ...DECLARED);
    expect(code, printed).to.equal(0);
    expect(printed).to.match(/[2-9]\d passing/);
  });

  // Each has one of the optional parts, and the attacks on the others do not apply.
  for (const name of ['signed-cookie', 'refreshes-only', 'revokes-only']) {
    it(`passes ${name}`, async () => {
      const { code, printed } = await testStrategy(name, '--grep', PARTS);
      expect(code, printed).to.equal(0);
      expect(printed).to.match(/[2-9]\d passing/);
    });
  }

  it('fails one that declares an end it does not bring', async () => {
    const { code, printed } = await testStrategy('says-it-ends', '--grep', 'refused on both');
    expect(code, printed).to.be.above(0);
    expect(printed).to.match(/after a logout, as declared/);
  });

  it('fails one that declares what it has not', async () => {
    const { code, printed } = await testStrategy('says-it-refreshes', ...DECLARED);
    expect(code, printed).to.be.above(0);
    expect(printed).to.include('strategy_contradicts_itself: it declares refreshes');
  });
});
