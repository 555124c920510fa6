import type { AuthStrategy, Login } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { readBody } from '../body.js';
import { readLoginId } from '../path-ids.js';
import { delegatedSessionBody } from '../request-bodies.js';
import type { ApiRoute } from '../route.js';

export interface SessionDeps {
  readonly strategy: AuthStrategy;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
}

/**
 * The logins of a user, to look at and to end. For a strategy of tokens a login is a family of
 * refresh tokens; where no server remembers logins, there is nothing to show.
 */
export const sessionRoutes: readonly ApiRoute<SessionDeps>[] = [
  {
    method: 'get',
    path: '/auth/sessions',
    access: 'account',
    mayKeep: 'nobody',
    operation: ({ description }) => ({
      id: 'listLogins',
      tag: 'sessions',
      summary: 'List my logins',
      supported: description.listsLogins,
      answers: [{ status: 200, description: 'All my logins.', schema: 'LoginsOfMine' }],
    }),
    handle: async (ctx, { strategy }, { userId, loginId }) => {
      const logins = await supported(strategy.logins).list(userId);
      ctx.body = { items: logins.map((login) => describe(login, loginId)) };
    },
  },
  {
    method: 'delete',
    path: '/auth/sessions',
    access: 'account',
    operation: ({ description }) => ({
      id: 'endLogins',
      tag: 'sessions',
      summary: 'End all my logins',
      supported: description.listsLogins,
      parameters: ['except'],
      answers: [{ status: 204, description: 'They have ended.' }],
      problems: ['invalid_parameter'],
    }),
    handle: async (ctx, { strategy }, principal) => {
      const { userId, loginId } = principal;
      supported(strategy.logins);
      const { except } = ctx.query;
      if (except !== undefined && except !== 'current') {
        throw new AppError('invalid_parameter', { detail: 'except can be: current.' });
      }
      if (except === 'current') {
        await strategy.endAll(userId, loginId);
      } else {
        await strategy.endAll(userId);
        await strategy.end(ctx, principal);
      }
      ctx.status = 204;
    },
  },
  {
    method: 'delete',
    path: '/auth/sessions/:id',
    access: 'account',
    operation: ({ description }) => ({
      id: 'endLogin',
      tag: 'sessions',
      summary: 'End one of my logins',
      supported: description.listsLogins,
      parameters: ['loginId'],
      answers: [{ status: 204, description: 'It has ended.' }],
      problems: ['not_found'],
    }),
    handle: async (ctx, { strategy }, { userId }) => {
      const logins = supported(strategy.logins);
      const id = readLoginId(ctx.params.id);
      if (!(await logins.end(userId, id))) {
        throw new AppError('not_found', { detail: 'You have no login of this ID.' });
      }
      ctx.status = 204;
    },
  },
  {
    method: 'post',
    path: '/auth/sessions/delegated',
    access: 'account',
    takes: delegatedSessionBody,
    operation: ({ description }) => ({
      id: 'delegateSession',
      tag: 'sessions',
      summary: 'Make a session that can do less, for somebody who acts for me',
      supported: description.delegation === 'scoped-session',
      answers: [
        { status: 201, description: 'The cookie for the third party.', schema: 'DelegatedSession' },
      ],
      problems: ['delegation_refused'],
    }),
    handle: async (ctx, { strategy, delegateClients }, principal) => {
      const delegate = supported(strategy.delegate);
      const { client, scope } = await readBody(ctx, delegatedSessionBody);
      if (!delegateClients.includes(client)) {
        throw new AppError('delegation_refused', {
          detail: 'No such client may act for users; DELEGATE_CLIENTS lists them.',
        });
      }
      const session = await delegate(ctx, principal, { actor: client, scope });
      ctx.status = 201;
      ctx.body = { ...session, actor: client, scope };
    },
  },
];

function describe({ id, createdAt, lastSeenAt, client, delegation }: Login, currentId?: string) {
  return {
    id,
    current: id === currentId,
    createdAt: new Date(createdAt),
    lastSeenAt: new Date(lastSeenAt),
    client,
    ...(delegation && { actor: delegation.actor, scope: delegation.scope }),
  };
}

/** @throws AppError `not_supported` */
function supported<Part>(part: Part | undefined): Part {
  if (part === undefined) {
    throw new AppError('not_supported', {
      detail: 'The strategy of this instance has no such thing.',
    });
  }
  return part;
}
