import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { isRunning, parseStat, readStartTime } from '../../../bench/processes/process-identity.js';

const fields = 'S 4711 100 100 0 -1 4194304 1 0 0 0 5 6 0 0 20 0 1 0 987654 1000 200';

describe('the identity of a process', () => {
  it('is read from /proc/<pid>/stat by position', () => {
    expect(parseStat(`42 (node) ${fields}`)).to.deep.equal({
      name: 'node',
      state: 'S',
      parentPid: 4711,
      session: 100,
      startTime: '987654',
    });
  });

  it('is read past spaces and parentheses in a name', () => {
    expect(parseStat(`42 (a) S 1 (b c) ${fields}`)).to.include({
      name: 'a) S 1 (b c',
      parentPid: 4711,
      startTime: '987654',
    });
  });

  it('is not read from a line that is cut off', () => {
    expect(parseStat('42 (node) S 4711 100')).to.equal(null);
    expect(parseStat('')).to.equal(null);
  });

  it('holds while the process runs, and for no other start time', () => {
    const startTime = readStartTime(process.pid);
    expect(startTime).to.be.a('string');
    expect(isRunning(process.pid, startTime)).to.equal(true);
    expect(isRunning(process.pid, `${startTime}0`)).to.equal(false);
    expect(isRunning(process.pid, null)).to.equal(false);
  });

  it('ends with the process', async () => {
    const child = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    const pid = child.pid as number;
    const startTime = readStartTime(pid);
    await once(child, 'exit');
    expect(isRunning(pid, startTime)).to.equal(false);
    expect(readStartTime(pid)).to.equal(null);
  });
});
