import { JWKS_MAX_AGE_SECONDS } from '../auth/token/keys/publish-delay.js';

/** Nobody keeps a copy. */
const NOTHING = 'no-store';
/** Only the client's own cache, which asks each time whether its copy is still right. */
const OWN_AND_ASK = 'private, no-cache';
/** Anybody, who asks each time: an instance may be started anew, as another. */
const EVERYBODY_AND_ASK = 'public, no-cache';
/** Anybody, for so long. */
const EVERYBODY = `public, max-age=${JWKS_MAX_AGE_SECONDS}`;

/**
 * Who may keep the answer to a GET, route by route (RFC 9111, section 5.2.2). What is not here is kept
 * by nobody; nor is the answer to any other method, and no error. docs/api.md has the reasons.
 */
const OF_GET: Readonly<Record<string, string>> = {
  '/posts': OWN_AND_ASK,
  '/posts/:id': OWN_AND_ASK,
  '/me': NOTHING,
  '/users/:id': NOTHING,
  '/auth/sessions': NOTHING,
  '/auth/principal': NOTHING,
  '/.well-known/jwks.json': EVERYBODY,
  '/openapi.json': EVERYBODY_AND_ASK,
  '/docs': EVERYBODY_AND_ASK,
  '/docs/:file': EVERYBODY_AND_ASK,
  '/livez': NOTHING,
  '/readyz': NOTHING,
  '/counters': NOTHING,
};

export interface Caching {
  readonly cacheControl: string;
  /** Whether a copy may be kept at all, so that Vary has something to say. */
  readonly isPrivateCopy: boolean;
}

export function cachingOf(path: string, methods: readonly string[]): Caching {
  const cacheControl = (methods.includes('GET') && OF_GET[path]) || NOTHING;
  return { cacheControl, isPrivateCopy: cacheControl === OWN_AND_ASK };
}
