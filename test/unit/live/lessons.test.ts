import { mkdtemp, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sceneOfLesson } from '../../../bench/live/lessons/lesson-schema.js';
import { loadLessons, parseLesson } from '../../../bench/live/lessons/load-lessons.js';
import { LabError } from '../../../bench/model/errors.js';

const OURS = fileURLToPath(new URL('../../../../docs/lessons', import.meta.url));
const STRATEGIES = ['session', 'session-memory', 'session-cookie', 'jwt', 'jwt-denylist', 'opaque'];

const GOOD = `claim: S3
title: { en: A title, ko: 제목 }
intro: { en: Text, ko: 글 }
scene:
  lanes:
    - { id: left, strategy: session }
    - { id: right, strategy: jwt, instances: 2 }
rounds:
  - what: { en: Text, ko: 글 }
    question: { en: Text, ko: 글 }
    choices:
      - { en: Yes it does, ko: 예 }
      - { en: It does not, ko: 아니요 }
    run:
      - { wait: 1 }
      - { add: 1, lane: left }
      - { break: redis-freeze }
    why: { en: Text, ko: 글 }
    expect:
      - { lane: left, figure: right, atLeast: 1 }
`;

const KNOWN = { strategies: STRATEGIES, variables: ['PREDICTION', 'LOG_LEVEL'] };

describe('lessons', () => {
  const parse = (text: string) => parseLesson(text, 'mine.yaml', KNOWN);

  it('ours can be read, and are of claims that the lab shows', async () => {
    const lessons = await loadLessons(OURS, KNOWN);
    const claims = lessons.map(({ claim }) => claim);
    expect(claims).to.include.members([
      ...['S1', 'S2', 'S3', 'S4', 'K1', 'K2', 'K3', 'K4'],
      ...['T1', 'T4', 'T5', 'T6', 'H2', 'G1'],
    ]);
    for (const { name, rounds } of lessons) {
      const seconds = rounds.flatMap(({ run }) =>
        run.map((each) => ('wait' in each ? each.wait : 0)),
      );
      expect(
        seconds.reduce((sum, each) => sum + each, 0),
        name,
      ).to.be.below(90);
    }
  });

  it('one is read with what it leaves out', () => {
    const lesson = parse(GOOD);
    expect(lesson).to.include({ name: 'mine', claim: 'S3' });
    const scene = sceneOfLesson(lesson);
    expect(scene).to.include({
      instances: 1,
      instanceCores: null,
      people: 12,
      crowd: 0,
      instrumented: false,
    });
    expect(scene.lanes.map(({ instances }) => instances)).to.deep.equal([null, 2]);
    expect(scene.lanes[0]).to.deep.include({
      ...{ id: 'left', strategy: 'session', spread: 'sticky', isDelegated: false },
      load: { reads: 'me', sometimes: 'post', every: 10 },
    });
    const slow = GOOD.replace('redis-freeze', 'stores-slow');
    expect(sceneOfLesson(parse(slow)).instrumented).to.equal(true);
  });

  const wrong: [what: string, from: string, to: string, message: RegExp][] = [
    ['no YAML', 'scene:\n', 'scene: {\n', /^mine\.yaml:\d+:\d+: /],
    [
      'an unknown strategy',
      'strategy: jwt,',
      'strategy: jtw,',
      /^mine\.yaml:7:\d+: there is no strategy "jtw"/,
    ],
    [
      'two lanes of one name',
      'id: right',
      'id: left',
      /^mine\.yaml:7:\d+: two lanes are named "left"/,
    ],
    [
      'a lane that is none',
      'lane: left }',
      'lane: lef }',
      /^mine\.yaml:16:\d+: there is no lane "lef"/,
    ],
    [
      'a fault that is none',
      'redis-freeze',
      'redis-frezee',
      /^mine\.yaml:17:\d+: rounds\.0\.run\.2/,
    ],
    [
      'a word too many',
      'claim: S3',
      'claim: S3\ncolour: red',
      /^mine\.yaml:2:\d+: the lesson: .*colour/,
    ],
    [
      'a missing language',
      'title: { en: A title, ko: 제목 }',
      'title: { en: A title }',
      /^mine\.yaml:2:\d+: title\.ko/,
    ],
    ['a wait without end', 'wait: 1', 'wait: 1e9', /^mine\.yaml:15:\d+: rounds\.0\.run\.0/],
    [
      'a bomb of aliases',
      'intro: { en: Text, ko: 글 }',
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b]`,
      /^mine\.yaml:/,
    ],
  ];
  for (const [what, from, to, message] of wrong) {
    it(`says the line of ${what}`, () => {
      expect(GOOD).to.include(from);
      expect(() => parse(GOOD.replace(from, to))).to.throw(LabError, message);
    });
  }

  it('says what a folder lacks', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'lessons-'));
    try {
      const failure = async (path: string) => {
        const error = await loadLessons(path, KNOWN).then(
          () => expect.fail('it was read'),
          (one: LabError) => one,
        );
        expect(error.exitCode).to.equal(2);
        return `${error.code} ${error.message}`;
      };
      expect(await failure(join(folder, 'gone'))).to.match(/^LESSONS_MISSING .*ENOENT/);
      expect(await failure(folder)).to.match(/^LESSONS_MISSING There is no lesson/);
      await symlink('/dev/zero', join(folder, 'pipe.yaml'));
      expect(await failure(folder)).to.match(/^LESSON_INVALID .*pipe\.yaml is no file/);
      await unlink(join(folder, 'pipe.yaml'));
      await writeFile(join(folder, 'long.yaml'), `# ${'x'.repeat(300_000)}`);
      expect(await failure(folder)).to.match(/^LESSON_INVALID .*more than 200000 bytes/);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});
