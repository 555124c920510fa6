import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const FIXTURE = fileURLToPath(new URL('./idle.fixture.js', import.meta.url));

describe('an entry file of the lab that waits for what cannot come', () => {
  it('ends with code 1 and a sentence, and not with 13 and nothing', () => {
    const { status, stderr } = spawnSync(process.execPath, [FIXTURE], { encoding: 'utf8' });
    expect(status).to.equal(1);
    expect(stderr).to.match(/^STALLED: /);
  });
});
