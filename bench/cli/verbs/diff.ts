/** lab diff A B: what changed from one run to another, and whether a build should fail for it. */
import { writeFile } from 'node:fs/promises';
import { parseConditions } from '../../diff/gate-conditions.js';
import { renderDiffMarkdown } from '../../diff/render-markdown.js';
import { renderDiffText } from '../../diff/render-text.js';
import { type DiffReport, diffAsJson, machineMayExplain, reportDiff } from '../../diff/report.js';
import { conditionText, figureText } from '../../diff/tables.js';
import { LabError, usageError } from '../../model/errors.js';
import { planFor } from '../../model/parts.js';
import { readResult } from '../../model/read-result.js';
import type { Result } from '../../model/result-schema.js';
import { parseOptions, text } from '../parse-options.js';
import type { Verb } from './verb.js';

const WIDTH = 120;

const OPTIONS = {
  'fail-on': text(
    'CONDITIONS',
    "end with exit code 1 when one holds: 'session.me.cpu>5%,jwt.throughput<-10%'",
  ),
  absolute: {
    flag: true,
    help: 'figures as measured, not relative to the control; --fail-on then judges the machine too',
  },
  markdown: text('FILE', 'write it as Markdown too, for the comment of a pull request'),
  json: { flag: true, help: 'the figures as JSON on standard output, all else on standard error' },
} as const;

export const diff: Verb = {
  summary: 'compare two runs (A: before, B: after), and fail on conditions',
  positionals: 'A B',
  options: async () => OPTIONS,
  async run(words, { stdout, stderr }) {
    const { options, positionals } = parseOptions(words, OPTIONS, 2);
    const [folderA, folderB] = positionals;
    if (folderA === undefined || folderB === undefined) {
      throw usageError(
        'ARGUMENT_MISSING',
        'Name the folders of two runs: npm run lab -- diff results/<before> results/latest',
      );
    }
    const failOn = options['fail-on'];
    const [a, b] = await readBoth([folderA, folderB], failOn !== undefined);
    const known = [...new Set([...a.config.variants, ...b.config.variants].map(({ id }) => id))];
    const conditions = failOn === undefined ? [] : parseConditions(failOn, known);
    const basis = options.absolute ? 'absolute' : 'control';
    const report = reportDiff(a, b, { basis, conditions });
    // Conditions are judged on the first plan of the runs: that of the cost, where questions were asked.
    const further = furtherPlans(a, b).map((plans) =>
      reportDiff(...plans, { basis: 'absolute', conditions: [] }),
    );
    const reports = [report, ...further];
    const talk = options.json ? stderr : stdout;
    talk.write(`${reports.map((each) => renderDiffText(each, WIDTH)).join('\n\n')}\n`);
    if (options.json) {
      const json = {
        ...diffAsJson(report),
        ...(further.length > 0 && { further: further.map(diffAsJson) }),
      };
      stdout.write(`${JSON.stringify(json)}\n`);
    }
    if (options.markdown !== undefined) {
      await write(options.markdown, reports.map(renderDiffMarkdown).join('\n'));
    }
    failOnBroken(report);
  },
};

/** The further plans that both runs have, question by question. */
function furtherPlans(a: Result, b: Result): [Result, Result][] {
  return (a.further ?? []).flatMap(({ config: { question } }) => {
    if (question === undefined) return [];
    const [before, after] = [planFor(question, a), planFor(question, b)];
    return before && after ? [[before, after]] : [];
  });
}

/** A gate that has nothing to judge by is told apart from one that is broken. */
async function readBoth(
  folders: readonly [string, string],
  isGate: boolean,
): Promise<[Result, Result]> {
  try {
    return [await readResult(folders[0]), await readResult(folders[1])];
  } catch (error) {
    if (!isGate || !(error instanceof LabError)) throw error;
    throw usageError(error.code, error.message);
  }
}

async function write(path: string, content: string): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new LabError(
      'FILE_UNWRITABLE',
      `Cannot write ${path}: ${(error as Error).message}. Name another file with --markdown.`,
      { cause: error },
    );
  }
}

function failOnBroken(report: DiffReport): void {
  const { conditions } = report;
  const broken = conditions.filter((judged) => judged.broken);
  if (broken.length === 0) return;
  const each = broken.map(({ condition, figures }) => {
    const where = figures
      .filter((figure) => figure.broken)
      .map(
        (figure) => `${figure.row.workload} with ${figure.row.instances}: ${figureText(figure)}`,
      );
    return `${conditionText(condition)} (${where.join('; ')})`;
  });
  throw new LabError(
    'CONDITION_BROKEN',
    `Fails on ${each.join(', and on ')}.${machineMayExplain(report) ? ' The machine alone may be the cause: see what is said of the runs.' : ''}`,
  );
}
