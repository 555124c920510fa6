import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { endWithTests } from '../support/cleanup.js';
import { eventually } from '../support/eventually.js';
import { type LabRun, startLab } from '../support/lab.js';
import { descendantsOf, isAlive } from '../support/process-tree.js';
import { needs } from '../support/tutorial/needs.js';

describe('lab serve', function () {
  this.timeout(90_000);
  let lab: LabRun;

  afterEach(() => lab?.child.kill('SIGINT'));

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

  it('takes keys from a terminal: Redis down and up, more instances and fewer', async function () {
    needs(this, 'script');
    if (process.platform !== 'linux') this.skip();
    const cli = fileURLToPath(new URL('../../bench/cli/main.js', import.meta.url));
    // A terminal of its own (util-linux), whose keyboard is this pipe.
    const command = `exec ${process.execPath} ${cli} serve --strategies session`;
    const terminal = endWithTests(
      spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
        env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', COLUMNS: '200' },
      }),
    );
    let seen = '';
    terminal.stdout.on('data', (part: Buffer) => {
      seen += part;
    });
    const ended = once(terminal, 'exit');
    const shows = (pattern: RegExp) =>
      eventually(async () => pattern.test(seen), `${pattern} in ${seen.slice(-500)}`, 30_000);
    await shows(/Press Ctrl-C/);
    await shows(/session ×1 \d+\/s \d\.\d\d cores {2}Redis up/);
    const origin = /^session: (\S+)/m.exec(seen)?.[1] as string;
    const ready = async () => (await fetch(`${origin}/readyz`)).status;
    terminal.stdin.write('r');
    await shows(/Redis is down\./);
    await eventually(async () => (await ready()) === 503, 'not ready without Redis');
    terminal.stdin.write('r');
    await shows(/Redis is up again/);
    await eventually(async () => (await ready()) === 200, 'ready again');
    terminal.stdin.write('+');
    await shows(/session: http:\S+ {2}http:\S+/);
    const second = /session: http:\S+ {2}(http:[^\s]+)/.exec(seen)?.[1] as string;
    expect((await fetch(`${second}/livez`)).status).to.equal(200);
    await shows(/session ×2 /);
    terminal.stdin.write('--');
    await eventually(
      () =>
        fetch(`${second}/livez`).then(
          () => false,
          () => true,
        ),
      'the second one left',
    );
    expect(await ready()).to.equal(200);
    expect(seen).to.not.match(/ended with/);
    terminal.stdin.write('\u0003');
    expect(await ended).to.deep.equal([130, null]);
    expect(seen).to.match(/Stopping\./);
  });

  it('prints lines of every strategy that answer what they say', async function () {
    needs(this, 'bash', 'curl');
    const names = ['session', 'session-memory', 'session-cookie', 'jwt', 'jwt-es256', 'jwt-eddsa'];
    const libraries = ['jwt-fast-jwt', 'jwt-jsonwebtoken'];
    const others = ['jwt-rs256', ...libraries, 'jwt-denylist', 'jwt-cached', 'opaque', 'none'];
    const strategies = [...names, ...others];
    const words = ['serve', '--strategies', strategies.join(), '--instances', '2'];
    lab = startLab(words, { KEY_REFRESH_SECONDS: '1', PORT: '1' });
    await lab.printed(/Press Ctrl-C/);
    expect(lab.stdout()).to.include('Taken from your environment: KEY_REFRESH_SECONDS.');
    expect(lab.stdout()).to.include('Ignored there: PORT (take --port).');
    const cookies = new Map<string, string>();
    const variants = lab
      .stdout()
      .split(/\n(?=\S+: http:)/)
      .slice(1);
    const follow = async (variant: string) => {
      const name = variant.slice(0, variant.indexOf(':'));
      const steps = commandsOf(variant);
      const login = steps[0]?.lines ?? [];
      // Found again only where the answer before it has ended its line, as a prompt would.
      const script = steps.flatMap(({ lines }, index) => [`echo "@${index}"`, ...lines]);
      const { stdout, stderr } = await runInShell([...login, ...script]);
      const cookie = /set-cookie: ([^=]+)=/i.exec(stdout)?.[1];
      if (cookie) cookies.set(name, cookie);
      for (const [index, { what, statuses }] of steps.entries()) {
        const output = stdout.split(`\n@${index}\n`)[1]?.split(/^@\d+$/m)[0] ?? '';
        const got = output.match(/^HTTP\/1\.1 \d+/gm)?.map((line) => line.slice(9)) ?? [];
        if (statuses.length === 0) continue;
        expect(got, `${name}: ${what}\n${stderr}`).not.to.deep.equal([]);
        for (const status of got) expect(statuses, `${name}: ${what}`).to.include(status);
      }
      if (/^jwt/.test(name)) expect(stdout, stderr).to.match(/"rotated":\{"kid"/);
    };
    // All at once: the rotation of public keys waits until every instance has seen the new one.
    await Promise.all(variants.map(follow));
    expect(Object.fromEntries(cookies)).to.deep.equal({
      session: 'session',
      'session-memory': 'session-memory',
      'session-cookie': 'session-cookie',
    });
  });

  it('names the port that is taken, before anything starts', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    lab = startLab(['serve', '--strategies', 'jwt', '--port', String(port)]);
    expect(await lab.ended).to.equal(1);
    holder.close();
    expect(lab.stderr()).to.include('PORT_TAKEN').and.include(`${port} (for instance 1 of jwt)`);
    expect(lab.stdout()).to.equal('');
  });

  for (const port of ['0', '65536', '70000', 'http', '65535']) {
    it(`refuses two servers from port ${port} on`, async () => {
      lab = startLab(['serve', '--strategies', 'jwt,jwt', '--port', port]);
      expect(await lab.ended).to.equal(2);
      expect(lab.stderr()).to.include('OPTION_INVALID: --port');
    });
  }

  it('refuses a variant that is not there', async () => {
    lab = startLab(['serve', '--strategies', 'jwt', '--set', 'session.PREDICTION=server']);
    expect(await lab.ended).to.equal(2);
    expect(lab.stderr()).to.include('OPTION_INVALID: --set names "session"');
  });
});

/** The printed commands, in a shell of their own. */
async function predictAsPrinted(printed: string): Promise<Response> {
  const commands = commandsOf(printed).filter(({ what }) => /log in|spam/.test(what));
  const { stdout } = await runInShell(commands.flatMap(({ lines }) => lines));
  const status = Number(
    stdout
      .match(/HTTP\/1\.1 \d+/g)
      ?.at(-1)
      ?.slice(9),
  );
  const body = stdout.slice(stdout.lastIndexOf('\r\n\r\n') + 4);
  return new Response(body, { status });
}

interface Printed {
  what: string;
  statuses: string[];
  lines: string[];
}

/** The steps of one variant: a heading has two spaces before it, a line of a command four. */
function commandsOf(printed: string): Printed[] {
  const steps: Printed[] = [];
  for (const line of printed.split('\n')) {
    const heading = /^ {2}(\S.*?)(?: \(([\d or]+)\))?:$/.exec(line);
    if (heading) {
      const [, what = '', statuses] = heading;
      steps.push({ what, statuses: statuses?.split(' or ') ?? [], lines: [] });
    } else if (line.startsWith('    ')) steps.at(-1)?.lines.push(line.slice(4));
  }
  return steps;
}

async function runInShell(lines: readonly string[]) {
  const shell = endWithTests(
    spawn('bash', ['--noprofile', '--norc'], {
      env: { PATH: process.env.PATH, KEY_PUBLISH_SECONDS: '21' },
      stdio: ['pipe', 'pipe', 'pipe'],
    }),
  );
  shell.stdin.end(lines.join('\n'));
  const [stdout, stderr] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
  return { stdout, stderr };
}
