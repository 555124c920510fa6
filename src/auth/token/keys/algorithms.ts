/** The signature algorithms of tokens (RFC 7518, section 3.1; EdDSA: RFC 8037, section 3.1). */
export type TokenAlgorithm = 'HS256' | 'ES256' | 'EdDSA' | 'RS256';
