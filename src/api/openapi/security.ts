import type { StrategyDescription } from '../../auth/strategy.js';
import { LOGIN_SCHEME } from '../docs/credential-of-answer.js';
import type { DescribedInstance } from './instance.js';

export const OPERATOR_SCHEME = 'operator';

/** OAS 3.1.1, section 4.8.27. */
export type SecurityScheme =
  | { type: 'http'; scheme: 'bearer'; description: string }
  | { type: 'apiKey'; in: 'cookie' | 'header'; name: string; description: string };

const OF_CARRIER: Readonly<
  Record<StrategyDescription['carrier'], (instance: DescribedInstance) => SecurityScheme>
> = {
  cookie: ({ cookieName }) => ({
    type: 'apiKey',
    in: 'cookie',
    name: cookieName,
    description:
      'The cookie that `POST /auth/login` sets. It is HttpOnly: the browser keeps and sends it, and no script can read or set it.',
  }),
  bearer: () => ({
    type: 'http',
    scheme: 'bearer',
    description: 'The `access_token` that `POST /auth/login` answers.',
  }),
  // Not of type http: tools send a scheme that they do not know as if it were none.
  unverified: () => ({
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description:
      '`Unverified `, a space and the `access_token` of `POST /auth/login`. No authentication: whatever it says is believed.',
  }),
};

export function securitySchemes(instance: DescribedInstance): Record<string, SecurityScheme> {
  return {
    [LOGIN_SCHEME]: OF_CARRIER[instance.description.carrier](instance),
    ...(instance.operator && {
      [OPERATOR_SCHEME]: {
        type: 'apiKey',
        in: 'header',
        name: 'Authorization',
        description: '`Operator `, a space and OPERATOR_TOKEN.',
      },
    }),
  };
}
