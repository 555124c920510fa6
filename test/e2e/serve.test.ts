import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { type LabRun, startLab } from '../support/lab.js';
import { descendantsOf, isAlive } from '../support/process-tree.js';

describe('lab serve', function () {
  this.timeout(90_000);
  let lab: LabRun;

  afterEach(() => lab.child.kill('SIGINT'));

  it('starts a strategy twice, one with its model elsewhere, and all of it ends with Ctrl-C', async function () {
    if (process.platform !== 'linux') this.skip();
    const words = ['serve', '--strategies', 'session,session'];
    lab = startLab([...words, '--set', 'session#2.PREDICTION=server']);
    await lab.printed(/Press Ctrl-C/);
    const [first = '', second = ''] = lab.stdout().split(/^session#2: /m);
    expect(first).to.not.include('prediction-server');
    const [, server = ''] = /beside them the prediction-server: (\S+)/.exec(second) ?? [];
    expect((await fetch(`${server}/readyz`)).status).to.equal(200);

    const answer = await predictAsPrinted(second);
    expect(answer.status).to.equal(200);
    expect(await answer.json()).to.include({ label: 'spam' });
    const started = descendantsOf(lab.pid);
    const itself = started.find(({ command }) => command.includes('prediction-server.js'));
    process.kill(itself?.pid as number, 'SIGKILL');
    await lab.printed(/session#2: the prediction server ended/);
    expect((await predictAsPrinted(second)).status).to.equal(503);
    expect((await predictAsPrinted(first)).status).to.equal(200);

    process.kill(lab.pid, 'SIGINT');
    expect(await lab.ended).to.equal(130);
    await eventually(async () => !started.some(isAlive), 'all processes ended');
  });

  it('refuses a side that is not there', async () => {
    lab = startLab(['serve', '--strategies', 'jwt', '--set', 'session.PREDICTION=server']);
    expect(await lab.ended).to.equal(2);
    expect(lab.stderr()).to.include('OPTION_INVALID: --set names "session"');
  });
});

/** The printed commands, sent by this process: a machine may have no curl. */
async function predictAsPrinted(printed: string): Promise<Response> {
  const line = (path: string) => {
    const [, body = '', url = ''] =
      new RegExp(`-d '([^']+)' (http\\S+${path})`).exec(printed) ?? [];
    return { body, url };
  };
  const post = ({ body, url }: { body: string; url: string }, cookie = '') =>
    fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Cookie: cookie },
      body,
    });
  const login = await post(line('/auth/login'));
  const cookies = login.headers.getSetCookie().map((each) => each.split(';')[0]);
  return post(line('/predictions'), cookies.join('; '));
}
