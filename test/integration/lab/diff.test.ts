import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { startLab } from '../../support/lab.js';
import { makeResult } from '../../unit/report/fixture.js';

describe('lab diff', () => {
  let folder: string;
  let earlier: string;
  let later: string;

  async function writeRun(name: string, session: number): Promise<string> {
    const path = join(folder, name);
    await mkdir(path);
    const result = makeResult({ applicationMicroseconds: { session }, rounds: 5 });
    await writeFile(join(path, 'result.json'), JSON.stringify({ ...result, id: name }));
    return path;
  }

  async function diff(...words: string[]) {
    const lab = startLab(['diff', ...words]);
    const exitCode = await lab.ended;
    return { exitCode, stdout: lab.stdout(), stderr: lab.stderr() };
  }

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-diff-'));
    earlier = await writeRun('before', 50);
    later = await writeRun('after', 65);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('ends with 0 where no condition is broken, and writes the Markdown', async () => {
    const markdown = join(folder, 'diff.md');
    const words = ['--fail-on', 'session.me.cpu>50%', '--markdown', markdown];
    const { exitCode, stdout, stderr } = await diff(earlier, later, ...words);
    expect(exitCode, stderr).to.equal(0);
    expect(stdout).to.include('A: before, B: after.');
    expect(await readFile(markdown, 'utf8')).to.match(/^## Passed: 1 of 1 condition/);
  });

  it('ends with 1 and names each broken condition with its figures', async () => {
    const { exitCode, stdout, stderr } = await diff(
      ...[earlier, later, '--json', '--fail-on', 'session.me.1.cpu>5%,jwt.cpu>5%'],
    );
    expect(exitCode).to.equal(1);
    expect(stderr).to.match(
      /CONDITION_BROKEN: Fails on session\.me\.1\.cpu > 5 % \(me with 1: \+3\d % \(.*\) against the control\)\.\n$/,
    );
    expect(JSON.parse(stdout)).to.include({ passed: false });
  });

  it('ends with 2 on a condition that watches nothing, or cannot be read', async () => {
    const nothing = await diff(earlier, later, '--fail-on', 'opaque.cpu>5%');
    expect(nothing.exitCode).to.equal(2);
    expect(nothing.stderr).to.include('Available: strategies session, jwt, none;');
    const unreadable = await diff(earlier, later, '--fail-on', 'session.cpu is fine');
    expect(unreadable.exitCode).to.equal(2);
    expect(unreadable.stderr).to.include('CONDITION_INVALID');
  });

  it('asks for two folders', async () => {
    const { exitCode, stderr } = await diff(earlier);
    expect(exitCode).to.equal(2);
    expect(stderr).to.include('ARGUMENT_MISSING');
  });
});
