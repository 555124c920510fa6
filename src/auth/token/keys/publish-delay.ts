/** For how long caches may keep GET /.well-known/jwks.json. */
export const JWKS_MAX_AGE_SECONDS = 15;
/** For fetches that take their time, and clocks that differ a little. */
const MARGIN_SECONDS = 5;

/**
 * From the making of a key to its first signature, at least: an instance sees the key after one
 * refresh, and a copy of its JWK Set made just before lives as long as caches may keep it. Nobody
 * copies symmetric keys.
 */
export function publishSecondsMin(keyRefreshSeconds: number, symmetric: boolean): number {
  return keyRefreshSeconds + (symmetric ? 0 : JWKS_MAX_AGE_SECONDS) + MARGIN_SECONDS;
}
