import { expect } from 'chai';
import type { Finding } from '../../../bench/cli/doctor/finding.js';
import { formatFindings, inspectMachine } from '../../../bench/cli/doctor/inspect.js';
import {
  judgeCores,
  judgeCpuLimits,
  judgeMemory,
  judgeNode,
  judgeOpenFiles,
  judgeTempFolder,
} from '../../../bench/cli/doctor/judge.js';

describe('the doctor', () => {
  it('knows which Node.js the lab runs on', () => {
    for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
      expect(judgeNode(version).status, version).to.equal('ok');
    }
    for (const version of ['18.20.0', '20.18.9', '21.7.0']) {
      expect(judgeNode(version), version)
        .to.include({ status: 'missing' })
        .and.have.property('advice');
    }
  });

  it('warns where few cores are shared by all', () => {
    expect(judgeCores(4)).to.deep.equal({ topic: 'cores', status: 'ok', found: '4 usable' });
    expect(judgeCores(3)).to.include({ status: 'warning' }).and.have.property('advice');
  });

  it('warns below 1 GiB of available memory', () => {
    expect(judgeMemory(2 ** 30, 2 ** 34)).to.include({
      status: 'ok',
      found: '1.0 GiB available of 16.0 GiB',
    });
    expect(judgeMemory(2 ** 30 - 1, 2 ** 34).status).to.equal('warning');
  });

  it('warns below 1024 open files, and takes no limit for what it is', () => {
    expect(judgeOpenFiles(1_024).status).to.equal('ok');
    expect(judgeOpenFiles(1_023).status).to.equal('warning');
    expect(judgeOpenFiles(null)).to.include({ status: 'ok', found: 'no limit' });
  });

  it('warns of a full temporary folder, and rejects one that is closed', () => {
    expect(judgeTempFolder('/tmp', 500 * 2 ** 20).status).to.equal('ok');
    expect(judgeTempFolder('/tmp', 500 * 2 ** 20 - 1).status).to.equal('warning');
    expect(judgeTempFolder('/tmp', null, 'EACCES')).to.include({ status: 'missing' });
  });

  it('says how limits of CPU time are had, or why not and how to get them', () => {
    expect(judgeCpuLimits({ description: 'control groups' })).to.deep.equal({
      ...{ topic: 'cpu-limits', status: 'ok', found: 'control groups' },
    });
    expect(judgeCpuLimits({ why: 'not here', advice: 'Go there.' })).to.deep.equal({
      ...{ topic: 'cpu-limits', status: 'warning', found: 'none: not here' },
      advice:
        'Instances of a fixed size cannot be compared: a run with --instance-cpu, --redis-cpu or one of a database ends before it starts. Go there.',
    });
  });

  it('looks at every topic once, and gives advice for whatever is not in order', async () => {
    const findings = await inspectMachine();
    expect(findings.map(({ topic }) => topic)).to.deep.equal([
      ...[
        'node',
        'cores',
        'memory',
        'postgres',
        'mariadb',
        'redis',
        'open-files',
        'crowd',
        'temp-folder',
        'cpu-limits',
        'nginx',
      ],
    ]);
    for (const { topic, status, advice } of findings) {
      expect(advice === undefined, topic).to.equal(status === 'ok');
    }
  });

  it('says what to install where there is no Redis to be had', async () => {
    const finding = await findingOf('redis', { PATH: '' });
    expect(finding).to.include({ status: 'missing' }).and.have.property('advice');
    expect(finding.found).to.equal(
      'no REDIS_URL, no server on PATH, no apt to unpack one with, no Docker engine',
    );
  });

  it('says which server that was named does not answer', async () => {
    const DATABASE_URL = 'postgresql://lab:secret@127.0.0.1:1/lab';
    const REDIS_URL = 'redis://:secret@127.0.0.1:1';
    for (const [topic, code] of [
      ['postgres', 'DATABASE_UNREACHABLE'],
      ['redis', 'REDIS_UNREACHABLE'],
    ] as const) {
      const finding = await findingOf(topic, { DATABASE_URL, REDIS_URL });
      expect(finding).to.include({ status: 'missing', found: code });
      expect(finding.advice).not.to.include('secret');
    }
  });

  it('says which database DATABASE_URL names, and that a run on the other needs none of it', async () => {
    const DATABASE_URL = 'mysql://lab:secret@127.0.0.1:1/lab';
    const postgres = await findingOf('postgres', { DATABASE_URL });
    expect(postgres).to.include({ status: 'ok' });
    expect(postgres.found).to.include('DATABASE_URL names a MySQL or MariaDB');
    const mariadb = await findingOf('mariadb', { DATABASE_URL });
    expect(mariadb).to.include({ status: 'warning', found: 'DATABASE_UNREACHABLE' });
    expect(mariadb.advice).not.to.include('secret');
  });

  it('prints a line for each finding, and advice below what it is about', () => {
    const text = formatFindings([
      { topic: 'node', status: 'ok', found: '20.20.2' },
      { topic: 'redis', status: 'missing', found: 'none', advice: 'Install one.' },
    ]);
    expect(text.split('\n')).to.deep.equal([
      'ok       node   20.20.2',
      'MISSING  redis  none',
      '                -> Install one.',
    ]);
  });
});

async function findingOf(
  topic: Finding['topic'],
  environment: NodeJS.ProcessEnv,
): Promise<Finding> {
  const findings = await inspectMachine(environment);
  return findings.find((finding) => finding.topic === topic) as Finding;
}
