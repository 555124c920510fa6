/** lab load: how fast any server of this machine answers one URL. */

import { describeWindows } from '../../experiments/load-url/describe-windows.js';
import { flawsOf } from '../../experiments/load-url/judge-window.js';
import { loadUrl } from '../../experiments/load-url/load-url.js';
import type { UrlWindow } from '../../experiments/load-url/url-window.js';
import { LabError, usageError } from '../../model/errors.js';
import { assertOpenFiles } from '../../processes/open-files.js';
import { isLoopback } from '../../processes/ports/loopback.js';
import { countOf } from '../../text/count-of.js';
import { integer, type OptionKind, parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const WINDOWS = 3;
const DEFAULTS = { seconds: 5, connections: 50 };

const loadOptions = {
  seconds: integer(1, 60, `length of each of the ${WINDOWS} windows (${DEFAULTS.seconds})`),
  connections: integer(
    1,
    1000,
    `how many send at once, each its next request after an answer (${DEFAULTS.connections})`,
  ),
  header: header("sent with each request, for instance 'Cookie: session=…'"),
} as const;

export const load: Verb = {
  measures: 'printed',
  summary: 'load one URL of this machine with GET, and print throughput and latency',
  positionals: 'URL',
  options: async () => loadOptions,
  async run(words, { signal, stdout }) {
    const { url, seconds, connections, headers } = readLoad(words);
    await assertOpenFiles(connections);
    const say = (line: string) => stdout.write(`${line}\n`);
    const length = countOf(seconds, 'second');
    say(
      `GET ${url.href}: ${countOf(connections, 'connection')}, ${WINDOWS} windows of ${length} after the warm-up`,
    );
    const windows = await loadUrl({
      ...{ url, seconds, connections, headers, signal },
      windows: WINDOWS,
    });
    say('');
    for (const line of describeWindows(windows)) say(line);
    assertMeasured(windows);
  },
};

/** @throws LabError NO_MEASUREMENT: a window that breaks a rule of trials says nothing of the server */
function assertMeasured(windows: readonly UrlWindow[]): void {
  const broken = windows.filter((window) => flawsOf(window).length > 0);
  const [first] = broken;
  if (first === undefined) return;
  const why = [...new Set(broken.flatMap((window) => flawsOf(window)))];
  throw new LabError(
    'NO_MEASUREMENT',
    `${broken.length} of ${countOf(windows.length, 'window')} cannot be believed: ${why.slice(0, 3).join('; ')}.`,
  );
}

/** @throws LabError URL_MISSING, URL_INVALID, URL_NOT_LOOPBACK and those of options, exit code 2 */
export function readLoad(words: readonly string[]) {
  const { options, positionals } = parseOptions(words, loadOptions, 1);
  return {
    url: readUrl(positionals[0]),
    seconds: options.seconds ?? DEFAULTS.seconds,
    connections: options.connections ?? DEFAULTS.connections,
    headers: options.header ?? {},
  };
}

/** Of this machine only: load on somebody else's server is an attack. */
function readUrl(text: string | undefined): URL {
  if (text === undefined) {
    throw usageError(
      'URL_MISSING',
      'Say which URL: npm run lab -- load http://127.0.0.1:3000/notes',
    );
  }
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' || url.username !== '' || url.password !== '') {
    throw usageError('URL_INVALID', `"${text}" is not a URL as http://127.0.0.1:3000/notes is.`);
  }
  if (!isLoopback(url.hostname)) {
    throw usageError(
      'URL_NOT_LOOPBACK',
      `${url.hostname} is not this machine. Load is sent to 127.0.0.1 only.`,
    );
  }
  return url;
}

/** RFC 9110, sections 5.1 and 5.5: a token, a colon, and a value in visible characters. */
function header(help: string): OptionKind<Record<string, string>> {
  return {
    takes: "'NAME: VALUE'",
    allowed: "a header as 'Name: value'",
    help,
    parse(text) {
      const [, name, value] =
        /^([\w!#$%&'*+.^`|~-]+):[ \t]*([!-~](?:[ -~\t]*[!-~])?)$/.exec(text) ?? [];
      return name === undefined || value === undefined ? undefined : { [name]: value };
    },
  };
}
