import { JWKS_MAX_AGE_SECONDS } from '../auth/token/keys/publish-delay.js';

/** Who may keep an answer (RFC 9111, section 5.2.2). docs/api.md has the reasons, route by route. */
const CACHE_CONTROL = {
  nobody: 'no-store',
  /** The client's own cache, which asks each time whether its copy is still right. */
  'own cache, asking': 'private, no-cache',
  /** Anybody, who asks each time: an instance may be started anew, as another. */
  'everybody, asking': 'public, no-cache',
  /** Anybody, for a little while. */
  everybody: `public, max-age=${JWKS_MAX_AGE_SECONDS}`,
} as const;

export type MayKeep = keyof typeof CACHE_CONTROL;

export interface Caching {
  readonly cacheControl: string;
  /** Whether a copy may be kept by one client alone, so that Vary has something to say. */
  readonly isPrivateCopy: boolean;
}

/** Nobody keeps what a route does not name, nor the answer to anything but a GET, nor any error. */
export function cachingOf(route: {
  readonly method: string;
  readonly mayKeep?: MayKeep | undefined;
}): Caching {
  const mayKeep = route.method === 'get' ? (route.mayKeep ?? 'nobody') : 'nobody';
  return {
    cacheControl: CACHE_CONTROL[mayKeep],
    isPrivateCopy: mayKeep === 'own cache, asking',
  };
}
