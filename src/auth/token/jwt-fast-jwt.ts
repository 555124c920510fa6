import { createSigner, createVerifier, TokenError } from 'fast-jwt';
import { withHmacLibrary } from './hmac-codec.js';
import { signedWith } from './jwt.js';

export const fastJwt = withHmacLibrary({
  prepare: (secret, kid, { algorithm, type, issuer, audiences, required }) => {
    // It takes no KeyObject, and keeps a text of what it signed with until the process ends.
    const key = secret.export();
    return {
      // It cuts `iat` to whole seconds, which RFC 7519 allows. A denylist by user, which compares it with
      // the moment of a logout, would refuse logins of the same second.
      sign: createSigner({ key, algorithm, kid, header: { alg: algorithm, typ: type } }),
      verify: createVerifier({
        key,
        algorithms: [algorithm],
        checkTyp: type,
        allowedIss: issuer,
        allowedAud: [...audiences],
        // It skips the check of a claim that is not there, issuer and audience too.
        requiredClaims: ['iss', 'aud', ...required],
        // To remember tokens is another strategy (jwt-cached), with its own rules of what ends them.
        cache: false,
      }),
    };
  },
  refusalOf: (error) => {
    if (error instanceof RangeError) {
      // It prints the time that a token missed, and not every number of seconds has a date.
      return 'invalid';
    }
    if (!(error instanceof TokenError) || OUR_MISTAKES.has(error.code)) {
      return undefined;
    }
    return error.code === TokenError.codes.expired ? 'expired' : 'invalid';
  },
});

/** What it throws of keys and options, by the same class as what it throws of tokens. */
const { invalidKey, invalidOption, signError, verifyError } = TokenError.codes;
const OUR_MISTAKES: ReadonlySet<string> = new Set([
  invalidKey,
  invalidOption,
  signError,
  verifyError,
]);

/** `jwt`, signed and verified by fast-jwt: the same tokens and rules, another library. */
export const jwtFastJwtStrategy = signedWith(
  'HS256',
  { summary: 'The same as jwt by another library, fast-jwt, which checks HS256 without threads' },
  fastJwt,
);
