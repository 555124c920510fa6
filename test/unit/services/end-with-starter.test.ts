import { expect } from 'chai';
import { type Ancestor, starterChain } from '../../../bench/processes/entry/end-with-starter.js';

const SESSION = 50;
const SELF = 100;

/** From the process itself upwards, in one session and marked unless told otherwise. */
function pidsToWatch(...line: Partial<Ancestor>[]): number[] | null {
  const pids = line.map((each, index) => each.pid ?? SELF - index);
  const processes = line.map((each, index) => ({
    pid: pids[index] as number,
    startTime: '1',
    parentPid: pids[index + 1] ?? 0,
    session: SESSION,
    marked: true,
    words: [],
    ...each,
  }));
  const look = (pid: number) => processes.find((each) => each.pid === pid) ?? null;
  return starterChain(SELF, look)?.map(({ pid }) => pid) ?? null;
}

const lab = { words: ['node', 'dist/bench/cli/main.js'] };
const sh = { words: ['sh', '-c', 'npm run --silent build && node dist/bench/cli/main.js'] };
const npm = { marked: false, words: ['npm run lab serve'] };
const terminal = { marked: false, words: ['bash'] };
const init = { pid: 1, marked: false, session: 1, words: ['/sbin/init'] };

describe('the processes that a program of the lab ends with', () => {
  it('are the shell and the package runner, and not the terminal', () => {
    expect(pidsToWatch(lab, sh, npm, terminal, init)).to.deep.equal([99, 98]);
  });

  it('are also the runner alone, where its shell became the program', () => {
    expect(pidsToWatch(lab, npm, init)).to.deep.equal([99]);
  });

  it('go up to the outermost runner', () => {
    const inner = { ...npm, marked: true };
    expect(pidsToWatch(lab, sh, inner, sh, npm, terminal)).to.deep.equal([99, 98, 97, 96]);
  });

  for (const words of [
    ['npm run lab'],
    ['node', '/usr/bin/npm', 'run', 'lab'],
    ['/usr/bin/node', '/usr/lib/node_modules/npm/bin/npm-cli.js', 'run', 'lab'],
    ['node', '/usr/bin/pnpm', 'lab'],
    ['/usr/bin/node', '/opt/yarn/bin/yarn.js', 'lab'],
    ['bun', 'run', 'lab'],
    ['node', '--run', 'lab'],
  ]) {
    it(`end with "${words.join(' ')}", also where it is the first process of a container`, () => {
      const first = { pid: 1, marked: false, session: 1, words };
      expect(pidsToWatch(lab, sh, first)).to.deep.equal([99, 1]);
    });
  }

  it('include a runner by any other name', () => {
    expect(pidsToWatch(lab, sh, { ...npm, words: ['wrapper'] }, init)).to.deep.equal([99, 98]);
  });

  it('are gone where the runner ended while the shell still compiled', () => {
    expect(pidsToWatch(lab, sh, init)).to.equal(null);
    expect(pidsToWatch(lab, init)).to.equal(null);
    // systemd and some containers take in orphans by a process of their own.
    const reaper = { marked: false, session: 7, words: ['/lib/systemd/systemd', '--user'] };
    expect(pidsToWatch(lab, sh, reaper, init)).to.equal(null);
    // In a container all may be of one session.
    expect(pidsToWatch(lab, sh, { ...init, session: SESSION })).to.equal(null);
  });

  it('are gone where the shell ended between two looks', () => {
    expect(pidsToWatch({ ...lab, parentPid: 4711 })).to.equal(null);
  });

  it('are none for the leader of a session, which setsid made to outlive its parents', () => {
    expect(pidsToWatch({ ...lab, session: SELF }, sh, npm)).to.deep.equal([]);
  });

  it('are none where only the terminal was started by a runner', () => {
    const shell = { words: ['bash'] };
    const editor = { words: ['editor'], session: 7 };
    expect(pidsToWatch(lab, shell, editor, { ...npm, session: 7 })).to.deep.equal([]);
    expect(pidsToWatch(lab, sh, { ...npm, marked: true }, shell, editor)).to.deep.equal([99, 98]);
  });

  it('end at the edge of what can be seen', () => {
    expect(pidsToWatch(lab, sh)).to.deep.equal([]);
    expect(pidsToWatch(lab, sh, { ...npm, parentPid: 0 })).to.deep.equal([99, 98]);
  });
});
