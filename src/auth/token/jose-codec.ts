import { errors, type JWTVerifyResult, jwtVerify, SignJWT } from 'jose';
import { HEADERS_KEPT, keyNamed, type TokenLibrary } from './token-codec.js';

/** jose: every algorithm, by Web Crypto, which checks signatures in threads. */
export const jose: TokenLibrary = {
  readsKeys: false,
  open: ({ algorithm, type, issuer, audiences, required }, keys) => {
    // jose ignores the header's own key material (jwk, jku, x5c, x5u) and refuses unknown `crit`.
    const pinned = {
      algorithms: [algorithm],
      issuer,
      audience: [...audiences],
      typ: type,
      requiredClaims: [...required],
    };
    const keyFor = ({ kid }: { kid?: string }) => keyNamed(kid, keys);

    // All tokens of a key have one header, letter for letter. Who knows its kid need not make jose ask
    // for the key, which is a tenth of the cost of a request (docs/performance.md). jose reads and
    // checks the header all the same.
    const kidsByHeader = new Map<string, string>();

    return {
      inThreads: true,
      sign: (claims, { kid, key }) =>
        new SignJWT(claims).setProtectedHeader({ alg: algorithm, typ: type, kid }).sign(key),
      verify: async (token): Promise<JWTVerifyResult> => {
        const header = token.slice(0, token.indexOf('.'));
        const kid = kidsByHeader.get(header);
        const key = kid === undefined ? undefined : keys.verificationKey(kid);
        if (key !== undefined && !(key instanceof Promise)) {
          return jwtVerify(token, key, pinned);
        }
        const verified = await jwtVerify(token, keyFor, pinned);
        // Only now: what is kept was written by a holder of a key, not by whoever sends something.
        if (kidsByHeader.size === HEADERS_KEPT) {
          kidsByHeader.clear();
        }
        kidsByHeader.set(header, verified.protectedHeader.kid as string);
        return verified;
      },
      refusalOf: (error) => {
        if (!(error instanceof errors.JOSEError)) {
          return undefined;
        }
        return error instanceof errors.JWTExpired ? 'expired' : 'invalid';
      },
    };
  },
};
