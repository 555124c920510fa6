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
/** A client that the service knows unless told otherwise (DELEGATE_CLIENTS). */
const DELEGATE = 'post-scheduler';

export function curlLines(target: CurlTarget): string[] {
  const { strategy } = target;
  const lines = strategy.carrier === 'cookie' ? cookieLines(target) : headerLines(target);
  return strategy.control ? lines : [...lines, disableLine(target)];
}

function cookieLines({ strategy, origin, user, password }: CurlTarget): string[] {
  const jar = `cookies-${strategy.name}.txt`;
  return [
    `curl -i -c ${jar} ${JSON_TYPE} -d '${loginBody(user.email, password)}' ${origin}/auth/login`,
    `curl -i -b ${jar} ${origin}/me`,
    `curl -i -b ${jar} ${POST} ${origin}/posts`,
    `curl -i -b ${jar} ${QUESTION} ${origin}/predictions`,
    ...(strategy.delegation === 'scoped-session'
      ? [
          `curl -i -b ${jar} ${JSON_TYPE} -d '{"client":"${DELEGATE}","scope":["posts:write"]}' ${origin}/auth/sessions/delegated`,
        ]
      : []),
    // The service may renew the session with any answer, so the jar is written again.
    `curl -i -b ${jar} -c ${jar} -X POST ${origin}/auth/logout`,
  ];
}

function headerLines({ strategy, origin, user, password }: CurlTarget): string[] {
  const header = `-H "Authorization: $CREDENTIAL"`;
  return [
    `ANSWER=$(curl -s ${JSON_TYPE} -d '${loginBody(user.email, password)}' ${origin}/auth/login)`,
    `CREDENTIAL=$(${fieldOf('a.token_type+" "+a.access_token')})`,
    `curl -i ${header} ${origin}/me`,
    `curl -i ${header} ${POST} ${origin}/posts`,
    `curl -i ${header} ${QUESTION} ${origin}/predictions`,
    ...(strategy.delegation === 'token-exchange'
      ? [`TOKEN=$(${fieldOf('a.access_token')})`, exchangeLine(origin)]
      : []),
    ...(strategy.refreshes
      ? [
          `REFRESH=$(${fieldOf('a.refresh_token')})`,
          `curl -i ${JSON_TYPE} -d '{"refresh_token":"'$REFRESH'"}' ${origin}/auth/refresh`,
        ]
      : []),
    `curl -i ${header} -X POST ${origin}/auth/logout`,
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

function disableLine({ origin, user, operatorToken }: CurlTarget): string {
  return `curl -i -X POST -H "Authorization: Operator ${operatorToken}" ${origin}/users/${user.id}/disable`;
}

function loginBody(email: string, password: string): string {
  return JSON.stringify({ email, password });
}

/** Reads the answer to the login; node is there, jq may not be. */
function fieldOf(expression: string): string {
  return `echo "$ANSWER" | node -p 'const a=JSON.parse(fs.readFileSync(0));${expression}'`;
}
