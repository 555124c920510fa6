import { chmodSync, existsSync } from 'node:fs';
import { expect } from 'chai';
import { findNginx, findNginxOnPath } from '../../../bench/fleet/web-tier/nginx-program.js';
import { startGuardian } from '../../../bench/processes/guardian/guardian.js';
import { chooseOrdinaryUser } from '../../../bench/processes/ordinary-user.js';
import { hasDebianTools } from '../../../bench/stores/debian/packages.js';
import { Sandbox } from './support.js';

/** /usr/sbin is looked into whatever PATH says. */
const installed = findNginxOnPath({ PATH: '' });
const noApt = hasDebianTools(process.env) ? null : 'this system has no apt';

describe('finding nginx', function () {
  // A package is fetched: seconds, and more when the machine is busy.
  this.timeout(60_000);
  let sandbox: Sandbox;

  beforeEach(() => {
    sandbox = new Sandbox();
  });
  afterEach(() => {
    sandbox.remove();
  });

  async function find(environment: NodeJS.ProcessEnv) {
    const guardian = await startGuardian();
    const messages: string[] = [];
    try {
      const program = await findNginx({
        environment,
        guardian,
        signal: new AbortController().signal,
        onMessage: (line) => messages.push(line),
        user: await chooseOrdinaryUser(),
      });
      return { program, messages };
    } finally {
      await guardian.stop();
    }
  }

  unless(
    noApt ?? (installed && `${installed} is installed`),
    'unpacks it once where none is installed, and keeps it',
    async () => {
      const environment = sandbox.environment();
      const first = await find(environment);
      expect(first.program.name).to.match(/^nginx unpacked from \w+'s package$/);
      expect(first.program.version).to.match(/^\d+\.\d+\.\d+$/);
      expect(first.program.command.startsWith(sandbox.cache)).to.equal(true);
      expect(first.messages.join()).to.include("No nginx is installed: unpacking this system's");
      const second = await find(environment);
      expect(second.program).to.deep.equal(first.program);
      expect(second.messages).to.deep.equal([]);
    },
  );

  unless(
    installed && `${installed} is installed`,
    'says what to install where there is neither nginx nor apt',
    async () => {
      const PATH = sandbox.make('empty-path', 0o755);
      const error = await find(sandbox.environment({ PATH })).catch((caught: Error) => caught);
      expect(error).to.include({ code: 'NGINX_NOT_FOUND', exitCode: 1 });
      expect((error as Error).message).to.match(/no nginx to be the web tier\. .*[Ii]nstall/);
      expect(existsSync(`${sandbox.cache}/session-token-lab`)).to.equal(false);
    },
  );

  it('says why when one on PATH does not run, and goes on to the package', async function () {
    if (noApt) this.skip();
    const folder = sandbox.make('bin', 0o755);
    const broken = await sandbox.write(
      'bin/nginx',
      '#!/bin/sh\necho "no such library" >&2; exit 1\n',
    );
    chmodSync(broken, 0o755);
    const PATH = `${folder}:${process.env.PATH}`;
    const { program, messages } = await find(sandbox.environment({ PATH }));
    expect(messages[0]).to.equal(`${broken} is installed but does not run: no such library`);
    expect(program.command.startsWith(sandbox.cache)).to.equal(true);
  });
});

/** A test that this machine may be unable to run; then its title says why. */
function unless(reason: string | null, title: string, test: () => Promise<void>): void {
  if (reason === null) it(title, test);
  else it.skip(`${title} (skipped: ${reason})`, test);
}
