import { expect } from 'chai';
import { Redis } from 'ioredis';
import pg from 'pg';
import { eventually } from '../../support/eventually.js';
import { startLab } from '../../support/lab.js';
import { descendantsOf, isAlive } from '../../support/process-tree.js';

describe('lab stores', function () {
  this.timeout(60_000);

  it('prints where both are, in lines to paste, and leaves nothing', async () => {
    const lab = startLab(['stores']);
    await lab.printed(/Ctrl-C/);
    const value = (name: string) =>
      new RegExp(`^export ${name}='(.*)'$`, 'm').exec(lab.stdout())?.[1] ?? '';

    const client = new pg.Client({ connectionString: value('DATABASE_URL') });
    await client.connect();
    expect((await client.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
    await client.end();
    const redis = new Redis(value('REDIS_URL'));
    expect(await redis.ping()).to.equal('PONG');
    redis.disconnect();

    const family = descendantsOf(lab.pid);
    expect(family).to.not.be.empty;
    lab.child.kill('SIGINT');
    expect(await lab.ended).to.equal(130);
    await eventually(async () => !family.some(isAlive), 'PostgreSQL and Redis are gone');
  });

  it('takes no options', async () => {
    const lab = startLab(['stores', '--port', '5432']);
    expect(await lab.ended).to.equal(2);
    expect(lab.stderr()).to.match(/^OPTION_UNKNOWN/);
  });
});
