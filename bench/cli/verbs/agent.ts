/** lab agent: this machine sends load for a lab on another one. */
import { isIP } from 'node:net';
import { availableParallelism, hostname, totalmem } from 'node:os';
import { runAgent } from '../../load/agents/agent.js';
import { labVersion } from '../../measure/environment.js';
import { usageError } from '../../model/errors.js';
import { openAddressGate } from '../../network/allowed-addresses.js';
import { startGuardian } from '../../processes/guardian/guardian.js';
import { readOpenFileLimit } from '../../processes/open-files.js';
import { givenToken, TOKEN_FILE_OPTION, TOKEN_VARIABLE } from '../options/agent-options.js';
import { ALLOW_OPTION } from '../options/allow-option.js';
import { refuse } from '../options/run-options.js';
import { integer, type OptionKind, parseOptions } from '../parse-options.js';
import type { Verb } from './verb.js';

const WAIT_SECONDS = 60;

const lab: OptionKind<URL> = {
  takes: 'ws://HOST:PORT',
  allowed: 'the address that the lab has printed, as ws://10.0.0.1:7070',
  help: 'the lab that says what to send',
  parse(given) {
    const url = URL.canParse(given) ? new URL(given) : null;
    const isPlain = url?.username === '' && url.search === '' && url.hash === '';
    return isPlain && (url.protocol === 'ws:' || url.protocol === 'wss:') ? url : undefined;
  },
};

const name: OptionKind<string> = {
  takes: 'NAME',
  allowed: 'letters, digits, dots and hyphens, 60 at most',
  help: 'what the report calls this machine (its host name)',
  parse: (given) => (/^[\w.-]{1,60}$/.test(given) ? given : undefined),
};

const agentOptions = {
  lab,
  ...ALLOW_OPTION,
  name,
  shards: integer(1, 64, 'load-generating processes (one less than there are cores)'),
  wait: integer(1, 3600, `seconds in which a lab must answer (${WAIT_SECONDS})`),
  ...TOKEN_FILE_OPTION,
} as const;

export const agent: Verb = {
  // The figures are those of the lab, on whatever machine that is.
  holds: true,
  summary: 'send load for lab compare --agents of another machine, where --allow says so',
  options: async () => agentOptions,
  async run(words, { signal, stdout }) {
    const { options } = parseOptions(words, agentOptions);
    refuse(
      options.lab === undefined,
      'Say which lab: --lab ws://HOST:PORT, as lab compare --agents prints it.',
    );
    const allowed = options.allow ?? [];
    refuse(
      allowed.length === 0,
      'Say where this machine may send load: --allow ADDRESS. Without it an agent sends nowhere.',
    );
    const token = await givenToken(options['token-file'], process.env);
    if (token === undefined) {
      throw usageError(
        'TOKEN_MISSING',
        `The lab and its agents know each other by a token: set ${TOKEN_VARIABLE} to what the lab has printed, or give --token-file.`,
      );
    }
    // Its own machine too is loaded only where that is allowed.
    const gate = await openAddressGate(allowed, undefined, null);
    const cores = availableParallelism();
    const guardian = await startGuardian();
    try {
      await runAgent({
        lab: options.lab as URL,
        token,
        version: labVersion(),
        machine: {
          name: options.name ?? nameOfMachine(),
          node: process.version,
          platform: `${process.platform} ${process.arch}`,
          cores,
          memoryBytes: totalmem(),
          openFiles: await readOpenFileLimit(),
        },
        loadWorkers: options.shards ?? Math.min(64, Math.max(1, cores - 1)),
        admits: (host, port) => isIP(host) !== 0 && gate.admits(host, port),
        allowed: allowed.map((each) => each.text).join(', '),
        waitSeconds: options.wait ?? WAIT_SECONDS,
        guardian,
        signal,
        say: (line) => void stdout.write(`${line}\n`),
      });
    } finally {
      await guardian.stop();
    }
  },
};

function nameOfMachine(): string {
  return (
    hostname()
      .replaceAll(/[^\w.-]/g, '-')
      .slice(0, 60) || 'agent'
  );
}
