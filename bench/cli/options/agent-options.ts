/** The options by which load comes from other machines. */
import { readFile } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { drawToken, LEAST_TOKEN_LENGTH } from '../../load/agents/token.js';
import { usageError } from '../../model/errors.js';
import type { RunConfig } from '../../model/result-schema.js';
import { inUrl } from '../../network/allowed-addresses.js';
import { integer, type OptionKind, type ParsedOptions, text } from '../parse-options.js';
import { refuse } from './run-options.js';

const MOST_AGENTS = 64;
const WAIT_SECONDS = 120;
/** Where the token is, which has no place among the words of a command: others see these. */
export const TOKEN_VARIABLE = 'LAB_AGENT_TOKEN';

const listen: OptionKind<string> = {
  takes: 'HOST:PORT',
  allowed: 'an address of this machine and a port, as 10.0.0.1:7070, or 0.0.0.0:7070 for all',
  help: 'with --agents: where they dial in',
  parse: (given) => (placeIn(given) ? given : undefined),
};

export const TOKEN_FILE_OPTION = {
  'token-file': text('FILE', `holds the token that lab and agents share (${TOKEN_VARIABLE})`),
} as const;

export const AGENT_OPTIONS = {
  agents: integer(1, MOST_AGENTS, 'the load comes from so many other machines (lab agent)'),
  listen,
  'agents-wait': integer(1, 3600, `seconds to wait for them before the run (${WAIT_SECONDS})`),
  ...TOKEN_FILE_OPTION,
} as const;

type AgentOptions = ParsedOptions<typeof AGENT_OPTIONS>;

export interface AskedAgents {
  wanted: number;
  host: string;
  port: number;
  waitSeconds: number;
  token: string;
  /** Drawn for this run, and to be told; else whoever set it knows it. */
  isDrawn: boolean;
}

function placeIn(given: string): { host: string; port: number } | undefined {
  const [, host, digits] = /^(\[[\da-f:.]+\]|[\w.-]+):(\d{1,5})$/i.exec(given) ?? [];
  const port = Number(digits);
  if (host === undefined || port > 65_535) return undefined;
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port };
}

/**
 * @returns null where the load comes from this machine
 * @throws LabError OPTION_INVALID, TOKEN_TOO_SHORT, TOKEN_FILE_UNREADABLE, exit code 2
 */
export async function agentsFrom(
  options: AgentOptions & { shards: number | undefined },
  environment: NodeJS.ProcessEnv,
): Promise<AskedAgents | null> {
  const { agents, listen: place, 'agents-wait': waitSeconds, 'token-file': file } = options;
  if (agents === undefined) {
    const alone = (['listen', 'agents-wait', 'token-file'] as const).find(
      (name) => options[name] !== undefined,
    );
    refuse(alone !== undefined, `--${alone} has a meaning with --agents only.`);
    return null;
  }
  refuse(place === undefined, '--agents needs --listen HOST:PORT, where the agents dial in.');
  refuse(
    options.shards !== undefined,
    '--shards says how many processes of this machine send load, and with --agents none does. Each agent has a --shards of its own.',
  );
  const given = await givenToken(file, environment);
  return {
    wanted: agents,
    ...(placeIn(place as string) as { host: string; port: number }),
    waitSeconds: waitSeconds ?? WAIT_SECONDS,
    token: given ?? drawToken(),
    isDrawn: given === undefined,
  };
}

export function agentsConfig({ agents }: AgentOptions): Pick<RunConfig, 'agents'> {
  return agents === undefined ? {} : { agents };
}

/**
 * @returns undefined where none is given
 * @throws LabError TOKEN_FILE_UNREADABLE, TOKEN_TOO_SHORT, exit code 2
 */
export async function givenToken(
  file: string | undefined,
  environment: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const token = file === undefined ? environment[TOKEN_VARIABLE] : await tokenIn(file);
  if (file === undefined && !token) return undefined;
  if (token !== undefined && token.length >= LEAST_TOKEN_LENGTH) return token;
  throw usageError(
    'TOKEN_TOO_SHORT',
    `The token in ${file ?? TOKEN_VARIABLE} has ${token?.length ?? 0} characters, and whoever guesses it may have load sent. Take ${LEAST_TOKEN_LENGTH} or more, for instance those that "openssl rand -base64 24" prints.`,
  );
}

async function tokenIn(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw usageError(
      'TOKEN_FILE_UNREADABLE',
      `The token file ${file} cannot be read: ${code ?? message}.`,
    );
  }
}

/**
 * What is to be typed on each other machine. A token that somebody has set is not printed.
 *
 * @param addresses that the run will load
 */
export function agentCommand(
  { token, isDrawn }: AskedAgents,
  { host, port }: { host: string; port: number },
  addresses: readonly { host: string; port: number }[],
): string {
  const seen = host === '0.0.0.0' || host === '::' ? addressOfThisMachine() : host;
  const allowed = addresses.map((each) =>
    each.port === 0 ? each.host : `${inUrl(each.host)}:${each.port}`,
  );
  const words = allowed.map((each) => `--allow ${each}`).join(' ');
  const secret = isDrawn ? token : '…';
  return `${TOKEN_VARIABLE}=${secret} npm run lab -- agent --lab ws://${inUrl(seen)}:${port} ${words}`;
}

function addressOfThisMachine(): string {
  const found = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ internal, family }) => !internal && family === 'IPv4');
  return found?.address ?? '127.0.0.1';
}
