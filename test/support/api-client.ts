import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';

/** Request headers that carry a credential, whatever its kind. */
export type Credential = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  readonly body: any;
}

export interface Account {
  readonly id: number;
  readonly email: string;
  readonly name: string;
  readonly password: string;
}

export interface CallOptions {
  readonly credential?: Credential | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const MOST_TRIES = 5;

/** Speaks to one instance without knowing its strategy. */
export class ApiClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async call(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
    const { credential = {}, body, headers = {} } = options;
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...credential,
        ...headers,
      },
      ...(body === undefined
        ? {}
        : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      redirect: 'manual',
    });
    const text = await response.text();
    const json = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    return {
      status: response.status,
      headers: response.headers,
      body: json ? JSON.parse(text) : text,
    };
  }

  /** Registers a new user; addresses never repeat. */
  async register(label = 'person'): Promise<Account> {
    const person = {
      email: `${label}.${process.pid}.${nextNumber++}@example.test`,
      name: `The ${label}`,
      password: 'long enough to pass',
    };
    const answer = await this.callWhenFree('/users', { body: person });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return { ...person, id: answer.body.id };
  }

  login(email: string, password: string, credential?: Credential): Promise<Answer> {
    return this.callWhenFree('/auth/login', { body: { email, password }, credential });
  }

  /**
   * Passwords are hashed at the lowest priority. On a machine that does much else, some find no thread in
   * time: the service says so, counts no attempt, and is asked again.
   */
  private async callWhenFree(path: string, options: CallOptions): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.call('POST', path, options);
      if (answer.body?.code !== 'password_queue_full' || tries === MOST_TRIES) return answer;
      await delay(Number(answer.headers.get('retry-after')) * 1000);
    }
  }

  async logIn(account: Account): Promise<Credential> {
    const answer = await this.login(account.email, account.password);
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    return credentialOf(answer);
  }
}

let nextNumber = 1;

/** The credential in the answer to a login: cookies, or a token with its type. */
export function credentialOf({ headers, body }: Answer): Credential {
  const cookies = headers.getSetCookie().map((cookie) => cookie.split(';')[0]);
  return cookies.length > 0
    ? { cookie: cookies.join('; ') }
    : { authorization: `${body.token_type} ${body.access_token}` };
}

/** The same credential with one character changed well inside of it. */
export function tamper(credential: Credential): Credential {
  const [[name, value] = ['', '']] = Object.entries(credential);
  const position = value.length - 12;
  const other = value[position] === 'A' ? 'B' : 'A';
  return { [name]: value.slice(0, position) + other + value.slice(position + 1) };
}

/** Asserts an error answer: status, code and the shape of RFC 9457. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expect(`${answer.status} ${answer.body.code}`).to.equal(`${status} ${code}`);
  expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
  expect(answer.body.status).to.equal(status);
  expect(answer.body.type).to.equal(`urn:session-token-lab:problem:${code}`);
  expect(answer.body.title).to.be.a('string').that.is.not.empty;
}
