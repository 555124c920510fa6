import type Router from 'koa-router';
import type { AuthStrategy, Login } from '../../auth/strategy.js';
import { AppError } from '../../server/errors.js';
import { readBody } from '../body.js';
import { principalOf, requirePrincipal } from '../principal.js';
import { delegatedSessionBody, readLoginId } from '../validation.js';

export interface SessionRoutesDeps {
  readonly strategy: AuthStrategy;
  /** Clients that a user may let act for them. */
  readonly delegateClients: readonly string[];
}

/**
 * The logins of a user, to look at and to end. For a strategy of tokens a login is a family of
 * refresh tokens; where no server remembers logins, there is nothing to show.
 */
export function addSessionRoutes(router: Router, deps: SessionRoutesDeps): void {
  const { strategy, delegateClients } = deps;
  const account = requirePrincipal(strategy, 'account');

  router.get('/auth/sessions', account, async (ctx) => {
    const { userId, loginId } = principalOf(ctx);
    const logins = await supported(strategy.logins).list(userId);
    ctx.body = { items: logins.map((login) => describe(login, loginId)) };
  });

  router.delete('/auth/sessions', account, async (ctx) => {
    const { userId, loginId } = principalOf(ctx);
    supported(strategy.logins);
    const { except } = ctx.query;
    if (except !== undefined && except !== 'current') {
      throw new AppError('invalid_parameter', { detail: 'except can be: current.' });
    }
    if (except === 'current') {
      await strategy.endAll(userId, loginId);
    } else {
      await strategy.endAll(userId);
      await strategy.end(ctx, principalOf(ctx));
    }
    ctx.status = 204;
  });

  router.delete('/auth/sessions/:id', account, async (ctx) => {
    const logins = supported(strategy.logins);
    const id = readLoginId(ctx.params.id);
    if (!(await logins.end(principalOf(ctx).userId, id))) {
      throw new AppError('not_found', { detail: 'You have no login of this ID.' });
    }
    ctx.status = 204;
  });

  router.post('/auth/sessions/delegated', account, async (ctx) => {
    const delegate = supported(strategy.delegate);
    const { client, scope } = await readBody(ctx, delegatedSessionBody);
    if (!delegateClients.includes(client)) {
      throw new AppError('delegation_refused', {
        detail: 'No such client may act for users; DELEGATE_CLIENTS lists them.',
      });
    }
    const session = await delegate(ctx, principalOf(ctx), { actor: client, scope });
    ctx.status = 201;
    ctx.body = { ...session, actor: client, scope };
  });
}

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
