/**
 * Commands to paste. What they do follows from what the strategy declares: a cookie goes into a jar, a
 * token into a variable of the shell.
 */
import type { DescribedStrategy } from '../result/schema.js';

export interface CurlTarget {
  /** Its name stands in the name of the file for cookies. */
  strategy: Pick<DescribedStrategy, 'name' | 'carrier' | 'control' | 'refreshes' | 'delegation'>;
  origin: string;
  user: { id: number; email: string };
  password: string;
  /** Given to the instances for this run. */
  operatorToken: string;
}

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
}

export function curlSteps(target: CurlTarget): CurlStep[] {
  const { strategy } = target;
  const steps = strategy.carrier === 'cookie' ? cookieSteps(target) : headerSteps(target);
  return strategy.control ? steps : [...steps, disableStep(target)];
}

function cookieSteps({ strategy, origin, user, password }: CurlTarget): CurlStep[] {
  const jar = `cookies-${strategy.name}.txt`;
  const send = `curl -i -b ${jar}`;
  const login = `curl -i -c ${jar} ${JSON_TYPE} -d '${loginBody(user.email, password)}' ${origin}/auth/login`;
  const delegated = `${send} ${JSON_TYPE} -d '{"client":"${DELEGATE}","scope":["posts:write"]}' ${origin}/auth/sessions/delegated`;
  return [
    { what: 'log in; the cookie goes into a file', lines: [login] },
    ...everyday(send, origin),
    ...(strategy.delegation === 'scoped-session' ? [{ what: HAND_ON, lines: [delegated] }] : []),
    // The service may renew the session with any answer, so the jar is written again.
    { what: 'log out', lines: [`${send} -c ${jar} -X POST ${origin}/auth/logout`] },
  ];
}

function headerSteps({ strategy, origin, user, password }: CurlTarget): CurlStep[] {
  const send = `curl -i -H "Authorization: $CREDENTIAL"`;
  const login = [
    `ANSWER=$(curl -s ${JSON_TYPE} -d '${loginBody(user.email, password)}' ${origin}/auth/login)`,
    `CREDENTIAL=$(${fieldOf('a.token_type+" "+a.access_token')})`,
  ];
  const exchange = [`TOKEN=$(${fieldOf('a.access_token')})`, exchangeLine(origin)];
  const refresh = [
    `REFRESH=$(${fieldOf('a.refresh_token')})`,
    `curl -i ${JSON_TYPE} -d '{"refresh_token":"'$REFRESH'"}' ${origin}/auth/refresh`,
  ];
  return [
    { what: 'log in; the credential goes into a variable', lines: login },
    ...everyday(send, origin),
    ...(strategy.delegation === 'token-exchange' ? [{ what: HAND_ON, lines: exchange }] : []),
    ...(strategy.refreshes ? [{ what: 'renew the token', lines: refresh }] : []),
    { what: 'log out', lines: [`${send} -X POST ${origin}/auth/logout`] },
  ];
}

/** @param send the beginning of a command that brings the credential */
function everyday(send: string, origin: string): CurlStep[] {
  return [
    { what: 'who am I?', lines: [`${send} ${origin}/me`] },
    { what: 'write a post', lines: [`${send} ${POST} ${origin}/posts`] },
    {
      what: 'ask the model whether a text is spam',
      lines: [`${send} ${QUESTION} ${origin}/predictions`],
    },
  ];
}

/** RFC 8693, section 2.1: a form, as OAuth 2.0 has it. */
function exchangeLine(origin: string): string {
  return [
    'curl -i',
    '-d grant_type=urn:ietf:params:oauth:grant-type:token-exchange',
    '-d subject_token=$TOKEN',
    '-d subject_token_type=urn:ietf:params:oauth:token-type:access_token',
    `-d client_id=${DELEGATE}`,
    '-d scope=posts:write',
    `${origin}/auth/token`,
  ].join(' ');
}

function disableStep({ origin, user, operatorToken }: CurlTarget): CurlStep {
  const line = `curl -i -X POST -H "Authorization: Operator ${operatorToken}" ${origin}/users/${user.id}/disable`;
  return { what: 'as an operator, shut this user out for good', lines: [line] };
}

function loginBody(email: string, password: string): string {
  return JSON.stringify({ email, password });
}

/** Reads the answer to the login; node is there, jq may not be. */
function fieldOf(expression: string): string {
  return `echo "$ANSWER" | node -p 'const a=JSON.parse(fs.readFileSync(0));${expression}'`;
}
