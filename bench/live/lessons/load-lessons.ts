/** Lessons are data: a YAML file each. What is wrong in one is said with its line, before anything starts. */
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { LabError, usageError } from '../../model/errors.js';
import { type Lesson, lessonSchema } from './lesson-schema.js';

/** A file that is longer is no lesson. */
const MOST_BYTES = 200_000;
const MOST_LESSONS = 100;

/** Names that mean something here. */
export interface KnownNames {
  strategies: readonly string[];
  /** Of the service, that a lane may set. Others reach Node.js and the system: a lesson is data, and runs nothing. */
  variables: readonly string[];
}

/**
 * All *.yaml of a folder, in the order of their names.
 *
 * @throws LabError LESSONS_MISSING, LESSON_INVALID, exit code 2
 */
export async function loadLessons(folder: string, known: KnownNames): Promise<Lesson[]> {
  const names = await readdir(folder).catch((cause: NodeJS.ErrnoException) => {
    throw usageError('LESSONS_MISSING', `${folder} cannot be read: ${cause.message}.`);
  });
  const files = names.filter((name) => /\.ya?ml$/.test(name)).sort();
  if (files.length === 0) {
    throw usageError('LESSONS_MISSING', `There is no lesson (a file *.yaml) in ${folder}.`);
  }
  if (files.length > MOST_LESSONS) {
    throw usageError('LESSON_INVALID', `${folder} has more than ${MOST_LESSONS} lessons.`);
  }
  return Promise.all(
    files.map(async (name) => {
      const path = join(folder, name);
      return parseLesson(await readText(path), path, known);
    }),
  );
}

/** Of a file that is one: a pipe would be read for ever. @throws LabError LESSON_INVALID */
async function readText(path: string): Promise<string> {
  const refuse = (why: string) => usageError('LESSON_INVALID', `${path} ${why}.`);
  try {
    if (!(await stat(path)).isFile()) throw refuse('is no file');
    const file = await open(path);
    try {
      const buffer = Buffer.alloc(MOST_BYTES + 1);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
      if (bytesRead > MOST_BYTES) throw refuse(`has more than ${MOST_BYTES} bytes`);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (cause) {
    throw cause instanceof LabError ? cause : refuse(`cannot be read: ${(cause as Error).message}`);
  }
}

/** @throws LabError LESSON_INVALID, exit code 2, that names the file and the line */
export function parseLesson(text: string, path: string, known: KnownNames): Lesson {
  const lines = new LineCounter();
  const invalid = (offset: number, why: string) => {
    const { line, col } = lines.linePos(offset);
    return usageError('LESSON_INVALID', `${path}:${line}:${col}: ${printable(why)}.`);
  };
  const document = parseDocument(text, { lineCounter: lines });
  const [broken] = document.errors;
  if (broken)
    throw invalid(broken.pos[0], (broken.message.split('\n')[0] ?? '').replace(/:?$/, ''));
  /** Of the innermost thing on this way that stands in the file. */
  const offsetOf = (way: readonly PropertyKey[]): number => {
    for (let length = way.length; length > 0; length--) {
      const node = document.getIn(way.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  };
  const parsed = lessonSchema.safeParse(toData(document, invalid));
  if (!parsed.success) {
    const issue = parsed.error.issues[0] as (typeof parsed.error.issues)[number];
    const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
    const way = unknown === undefined ? issue.path : [...issue.path, unknown];
    throw invalid(offsetOf(way), `${issue.path.join('.') || 'the lesson'}: ${issue.message}`);
  }
  const lesson = { name: basename(path).replace(/\.ya?ml$/, ''), ...parsed.data };
  const wrong = firstWrong(lesson, known);
  if (wrong) throw invalid(offsetOf(wrong.way), wrong.why);
  return lesson;
}

function toData(
  document: ReturnType<typeof parseDocument>,
  invalid: (offset: number, why: string) => Error,
): unknown {
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    throw invalid(0, (cause as Error).message);
  }
}

/** Names that mean nothing here. */
function firstWrong(
  { scene, rounds }: Lesson,
  { strategies, variables }: KnownNames,
): { way: PropertyKey[]; why: string } | null {
  const ids = scene.lanes.map(({ id }) => id);
  for (const [index, { id, strategy, set }] of scene.lanes.entries()) {
    const variable = Object.keys(set).find((name) => !variables.includes(name));
    if (variable !== undefined) {
      const way = ['scene', 'lanes', index, 'set', variable];
      return { way, why: `a lane cannot set ${variable}; it can set ${variables.join(', ')}` };
    }
    if (!strategies.includes(strategy)) {
      const way = ['scene', 'lanes', index, 'strategy'];
      return { way, why: `there is no strategy "${strategy}"; there are ${strategies.join(', ')}` };
    }
    if (ids.indexOf(id) !== index) {
      return { way: ['scene', 'lanes', index, 'id'], why: `two lanes are named "${id}"` };
    }
  }
  for (const [index, { run, expect, answer, choices }] of rounds.entries()) {
    if (answer !== undefined && answer > choices.length) {
      return { way: ['rounds', index, 'answer'], why: `there is no choice ${answer}` };
    }
    const named = [
      ...run.map((each, place) => ({
        way: ['rounds', index, 'run', place, 'lane'],
        lane: 'lane' in each ? each.lane : undefined,
      })),
      ...expect.flatMap(({ lane, lessThan }, place) => [
        { way: ['rounds', index, 'expect', place, 'lane'], lane },
        { way: ['rounds', index, 'expect', place, 'lessThan'], lane: lessThan },
      ]),
    ];
    const unknown = named.find(({ lane }) => lane !== undefined && !ids.includes(lane));
    if (unknown) {
      const why = `there is no lane "${unknown.lane}"; there are ${ids.join(', ')}`;
      return { way: unknown.way, why };
    }
  }
  return null;
}

/** A file could hold what a terminal obeys. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, ' ');
}
