import type { Logger } from 'pino';
import * as z from 'zod';
import { unavailable } from '../../server/errors.js';
import { LOGIN_ID_LENGTH, newLoginSecret } from '../credentials/login-record.js';
import { type Delegation, type Login, type Principal, SCOPES } from '../strategy.js';
import type { ExchangeSubject } from '../token/token-exchange.js';
import {
  type AuthorityAnswer,
  type AuthorityCall,
  createAuthorityConnection,
} from './authority-connection.js';
import { readIntrospection } from './introspection.js';
import type { IssuedReference } from './reference-tokens.js';

/**
 * What an instance asks the authority. Everything may throw `authority_unavailable` (503), also when it
 * is the authority's own store that is away: nobody outside needs to know the difference.
 */
export interface AuthorityClient {
  /** Undefined for a token that is not good. */
  introspect(token: string): Promise<ExchangeSubject | undefined>;
  issue(
    principal: Principal,
    client: string,
    delegated?: Delegation & { readonly lifeMs: number },
  ): Promise<IssuedReference>;
  revoke(token: string): Promise<void>;
  list(userId: number): Promise<Login[]>;
  end(userId: number, loginId: string): Promise<boolean>;
  endAll(userId: number, keepLoginId?: string): Promise<void>;
  /** Resolves when the authority answers, knows this instance, and has its store. */
  check(): Promise<void>;
  /** Resolves when it can also write there. */
  checkWritable(): Promise<void>;
  /** @throws AppError `authority_unavailable` at once when it is known to be away */
  assertUp(): void;
  close(): void;
}

const FORM = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

const issuedAnswer = z.object({ token: z.string(), loginId: z.string(), lifeMs: z.number() });
const endedAnswer = z.object({ ended: z.boolean() });
const listAnswer = z.object({
  items: z.array(
    z.object({
      id: z.string(),
      createdAt: z.number(),
      lastSeenAt: z.number(),
      client: z.string(),
      delegation: z.object({ actor: z.string(), scope: z.array(z.enum(SCOPES)) }).optional(),
    }),
  ),
});

export function createAuthorityClient(options: {
  readonly url: string;
  readonly secret: Uint8Array;
  readonly timeoutMs: number;
  readonly log: Logger;
}): AuthorityClient {
  const connection = createAuthorityConnection(options);

  /** @param read throws for an answer of the wrong shape, which is as good as none */
  async function ask<T>(call: AuthorityCall, read: (text: string) => T): Promise<T> {
    const answer = await connection.call(call);
    if (answer.status !== 200 && answer.status !== 201 && answer.status !== 204) {
      throw refusal(answer);
    }
    try {
      return read(answer.text);
    } catch (cause) {
      throw unavailable('authority_unavailable', cause);
    }
  }

  const introspect = (token: string) =>
    ask(
      { method: 'POST', path: '/introspect', type: FORM, body: `token=${token}`, repeatable: true },
      readIntrospection,
    );

  return {
    introspect,
    issue: ({ userId, email, name }, client, delegation) =>
      ask(
        {
          method: 'POST',
          path: `/users/${userId}/logins`,
          type: JSON_TYPE,
          body: JSON.stringify({ email, name, client, delegation }),
          // A second login that nobody has the token of would stand in the user's list.
          repeatable: false,
        },
        (text) => issuedAnswer.parse(JSON.parse(text)),
      ),
    revoke: (token) =>
      ask(
        { method: 'POST', path: '/revoke', type: FORM, body: `token=${token}`, repeatable: true },
        nothing,
      ),
    list: (userId) =>
      ask(
        { method: 'GET', path: `/users/${userId}/logins`, repeatable: true },
        (text) => listAnswer.parse(JSON.parse(text)).items,
      ),
    end: async (userId, loginId) =>
      // No other can be a login's, and a long one would not fit into a request line.
      loginId.length === LOGIN_ID_LENGTH &&
      ask(
        {
          method: 'DELETE',
          path: `/users/${userId}/logins/${encodeURIComponent(loginId)}`,
          repeatable: true,
        },
        (text) => endedAnswer.parse(JSON.parse(text)).ended,
      ),
    endAll: (userId, keepLoginId) =>
      ask(
        {
          method: 'DELETE',
          path: `/users/${userId}/logins${keepLoginId === undefined ? '' : `?except=${keepLoginId}`}`,
          repeatable: true,
        },
        nothing,
      ),
    check: async () => {
      await introspect(newLoginSecret());
    },
    checkWritable: async () => {
      await Promise.all([
        introspect(newLoginSecret()),
        ask({ method: 'GET', path: '/readyz', repeatable: true }, nothing),
      ]);
    },
    assertUp: connection.assertUp,
    close: connection.close,
  };
}

/** An answer that is none: never a 401 for who asked us, because it says nothing of their token. */
function refusal({ status }: AuthorityAnswer) {
  const hint = status === 401 ? '; is AUTHORITY_SECRET the same there?' : '';
  return unavailable('authority_unavailable', new Error(`the authority answered ${status}${hint}`));
}

function nothing(): void {}
