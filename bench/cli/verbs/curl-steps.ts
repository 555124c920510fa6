/**
 * Commands to paste, and the status that each answers. Both follow from what the strategy declares: cookies
 * go into one variable of the shell, a token into another, so that no file is left, and the old one
 * can be sent again after a logout.
 */
import type { DescribedStrategy } from '../../model/result-schema.js';
import { wrapCommand } from '../../text/wrap-command.js';

export interface CurlTarget {
  strategy: Pick<
    DescribedStrategy,
    | 'carrier'
    | 'control'
    | 'refreshes'
    | 'delegation'
    | 'revocation'
    | 'sharedByInstances'
    | 'needs'
  >;
  /** Where clients log in. */
  origin: string;
  /** Further instances that can be asked; behind a web tier none. */
  others: readonly string[];
  /** Whether each request may reach another instance. */
  spread: boolean;
  user: { id: number; email: string };
  password: string;
  /** Of the instances. */
  environment: Readonly<Record<string, string>>;
  /** The command that makes a new key, without its environment. */
  rotateKeys: string;
}

/** With the head of the answer, and a line that ends: the service's bodies have no newline at their end. */
const CURL = `curl -i -w '\\n'`;
const JSON_TYPE = `-H 'Content-Type: application/json'`;
const POST = `${JSON_TYPE} -d '{"title":"Hello","body":"My first post"}'`;
const QUESTION = `${JSON_TYPE} -d '{"text":"Click here to get your FREE money!"}'`;
const HAND_ON = 'hand a part of your rights on to another service, without the password';
/** A client that the service knows unless told otherwise (DELEGATE_CLIENTS). */
const DELEGATE = 'post-scheduler';

/** Commands that belong together, and what they show. */
export interface CurlStep {
  what: string;
  lines: string[];
  /** What each answer's status may be; absent where none is printed. */
  answers?: readonly number[];
}

export function curlSteps(target: CurlTarget): CurlStep[] {
  const { strategy, origin } = target;
  const send =
    strategy.carrier === 'cookie'
      ? `${CURL} -b "$COOKIE"`
      : `${CURL} -H "Authorization: $CREDENTIAL"`;
  const steps = [
    ...(strategy.carrier === 'cookie' ? logInForCookie(target) : logInForToken(target)),
    ...everyday(send, target),
    ...elsewhere(send, target),
    ...delegation(send, target),
    ...(strategy.refreshes ? [renewal(origin)] : []),
    ...rotation(send, target),
    ...leaving(send, target),
    ...(strategy.control ? [] : operatorSteps(target)),
  ];
  return steps.map((step) => ({ ...step, lines: step.lines.map((line) => wrapCommand(line)) }));
}

function logInForCookie(target: CurlTarget): CurlStep[] {
  const lines = [
    `ANSWER=$(curl -si ${loginRequest(target)}); echo "$ANSWER"`,
    `COOKIE=$(echo "$ANSWER" | awk 'tolower($1) == "set-cookie:" { printf "%s ", $2 }')`,
  ];
  return [{ what: 'log in; the cookie goes into a variable', lines, answers: [200] }];
}

function logInForToken(target: CurlTarget): CurlStep[] {
  const lines = [
    `ANSWER=$(curl -s ${loginRequest(target)}); echo "$ANSWER"`,
    `CREDENTIAL=$(${fieldOf('a.token_type+" "+a.access_token')})`,
  ];
  return [{ what: 'log in; the credential goes into a variable', lines }];
}

/** @param send the beginning of a command that brings the credential */
function everyday(send: string, target: CurlTarget): CurlStep[] {
  const { origin } = target;
  return [
    { what: 'who am I?', lines: [`${send} ${origin}/me`], answers: known(target, 200) },
    {
      what: 'write a post',
      lines: [`${send} ${POST} ${origin}/posts`],
      answers: known(target, 201),
    },
    {
      what: 'ask the model whether a text is spam',
      lines: [`${send} ${QUESTION} ${origin}/predictions`],
      answers: known(target, 200),
    },
  ];
}

/** What a request answers that any instance can answer which knows the login. */
function known({ spread, strategy }: CurlTarget, status: number): readonly number[] {
  return spread && !strategy.sharedByInstances ? [status, 401] : [status];
}

function elsewhere(send: string, { others, strategy }: CurlTarget): CurlStep[] {
  if (others.length === 0) return [];
  const [what, answer] = strategy.sharedByInstances
    ? ['the other instances know you too', 200]
    : ['the other instances do not know you', 401];
  return [{ what: what as string, lines: meAt(send, others), answers: [answer as number] }];
}

function meAt(send: string, origins: readonly string[]): string[] {
  return origins.map((origin) => `${send} ${origin}/me`);
}

function delegation(send: string, target: CurlTarget): CurlStep[] {
  const { strategy, origin, environment } = target;
  const client = environment.DELEGATE_CLIENTS?.split(',')[0]?.trim() ?? DELEGATE;
  if (strategy.delegation === 'scoped-session') {
    const body = JSON.stringify({ client, scope: ['posts:write'] });
    const line = `${send} ${JSON_TYPE} -d '${body}' ${origin}/auth/sessions/delegated`;
    return [{ what: HAND_ON, lines: [line], answers: known(target, 201) }];
  }
  if (strategy.delegation === 'token-exchange') {
    const lines = [`TOKEN=$(${fieldOf('a.access_token')})`, exchangeLine(origin, client)];
    return [{ what: HAND_ON, lines, answers: [200] }];
  }
  return [];
}

/** RFC 8693, section 2.1: a form, as OAuth 2.0 has it. */
function exchangeLine(origin: string, client: string): string {
  return [
    CURL,
    '-d grant_type=urn:ietf:params:oauth:grant-type:token-exchange',
    '-d subject_token=$TOKEN',
    '-d subject_token_type=urn:ietf:params:oauth:token-type:access_token',
    `-d client_id=${client}`,
    '-d scope=posts:write',
    `${origin}/auth/token`,
  ].join(' ');
}

function renewal(origin: string): CurlStep {
  const lines = [`REFRESH=$(${fieldOf('a.refresh_token')})`, refreshLine(origin)];
  return { what: 'renew the token', lines, answers: [200] };
}

function refreshLine(origin: string): string {
  return `${CURL} ${JSON_TYPE} -d '{"refresh_token":"'$REFRESH'"}' ${origin}/auth/refresh`;
}

/** docs/keys.md */
function rotation(send: string, target: CurlTarget): CurlStep[] {
  const { strategy, origin, environment, rotateKeys } = target;
  if (!strategy.needs.includes('tokenKeys') || environment.TOKEN_KEYS) return [];
  const header = `echo "$CREDENTIAL" | node -p 'atob(fs.readFileSync(0,"utf8").split(/[ .]/)[1])'`;
  const names = [
    'DATABASE_URL',
    'TOKEN_SECRET',
    'ACCESS_TOKEN_TTL_SECONDS',
    'DELEGATED_TTL_SECONDS',
    'KEY_REFRESH_SECONDS',
  ];
  const variables = names.flatMap((name) => {
    const value = environment[name];
    return value ? [`${name}=${quoted(value)}`] : [];
  });
  const alg = `KEY_ALG=$(${header} | node -p 'JSON.parse(fs.readFileSync(0)).alg')`;
  return [
    { what: 'which key signed the token? (kid)', lines: [header] },
    {
      what: 'make a new key; it signs 30 seconds later',
      lines: ['OLD=$CREDENTIAL', alg, `${variables.join(' ')} KEY_ALG=$KEY_ALG ${rotateKeys}`],
    },
    {
      what: 'wait, log in again as above: another kid, and the old token still works',
      lines: [header, `${send.replace('$CREDENTIAL', '$OLD')} ${origin}/me`],
      answers: [200],
    },
  ];
}

function leaving(send: string, target: CurlTarget): CurlStep[] {
  const { strategy, origin, others, spread } = target;
  const { revocation, sharedByInstances, control } = strategy;
  const what = control ? 'nobody' : revocation;
  const elsewhereTaken = revocation !== 'at-once' && sharedByInstances;
  const here = revocation === 'at-expiry' || revocation === 'never' ? 200 : 401;
  const there = elsewhereTaken ? 200 : 401;
  const answers = spread && here !== there ? [here, there] : [here];
  return [
    {
      what: 'log out',
      lines: [`${send} -X POST ${origin}/auth/logout`],
      answers: known(target, 204),
    },
    {
      what: `now send the old one again: ${AFTER_LOGOUT[what]}`,
      lines: [`${send} ${origin}/me`],
      // Where a logout did not reach the instance of the login, the login is still there.
      answers: spread && !sharedByInstances ? [200, 401] : answers,
    },
    ...(others.length === 0
      ? []
      : [
          {
            what: `and at the other instances: ${elsewhereTaken ? 'it still works' : 'it is refused'}`,
            lines: meAt(send, others),
            answers: [there],
          },
        ]),
    ...(strategy.refreshes
      ? [{ what: 'nothing renews it', lines: [refreshLine(origin)], answers: [400] }]
      : []),
  ];
}

const AFTER_LOGOUT = {
  'at-once': 'it is refused',
  'on-this-instance': 'it is refused where you logged out',
  'at-expiry': 'it still works, until it expires',
  never: 'it still works, as it never ends',
  nobody: 'it still works, as nothing is checked',
} as const;

function operatorSteps({ origin, user, environment }: CurlTarget): CurlStep[] {
  const send = `${CURL} -X POST -H "Authorization: Operator ${environment.OPERATOR_TOKEN}"`;
  return [
    {
      what: 'as an operator, shut this user out; no login succeeds now',
      lines: [`${send} ${origin}/users/${user.id}/disable`],
      answers: [204],
    },
    {
      what: 'let the user in again; what ended stays ended, and a login succeeds',
      lines: [`${send} ${origin}/users/${user.id}/enable`],
      answers: [204],
    },
  ];
}

function loginRequest({ user, password, origin }: CurlTarget): string {
  const body = JSON.stringify({ email: user.email, password });
  return `${JSON_TYPE} -d '${body}' ${origin}/auth/login`;
}

/** Reads the answer to the login; node is there, jq may not be. */
function fieldOf(expression: string): string {
  return `echo "$ANSWER" | node -p 'const a=JSON.parse(fs.readFileSync(0));${expression}'`;
}

/** For a shell: as it is where no character means anything to it. */
function quoted(value: string): string {
  return /^[\w.:@/-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
