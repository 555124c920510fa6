import jwt from 'jsonwebtoken';
import { withHmacLibrary } from './hmac-codec.js';
import { signedWith } from './jwt.js';

const { JsonWebTokenError, TokenExpiredError } = jwt;

export const jsonwebtoken = withHmacLibrary({
  prepare: (secret, kid, { algorithm, type, issuer, audiences }) => {
    const header = { alg: algorithm, typ: type, kid };
    const [first, ...others] = audiences;
    const options: jwt.VerifyOptions = {
      algorithms: [algorithm],
      issuer,
      audience: [first as string, ...others],
    };
    return {
      sign: (claims) => jwt.sign(claims, secret, { algorithm, header }),
      // It has no option for `typ`, `crit` or claims that must be there: hmac-codec.ts checks those.
      verify: (token) => jwt.verify(token, secret, options),
    };
  },
  refusalOf: (error) => {
    if (!(error instanceof JsonWebTokenError)) {
      return undefined;
    }
    return error instanceof TokenExpiredError ? 'expired' : 'invalid';
  },
});

/** `jwt`, signed and verified by jsonwebtoken: the same tokens and rules, another library. */
export const jwtJsonwebtokenStrategy = signedWith(
  'HS256',
  { summary: 'The same as jwt by another library, jsonwebtoken, with HMACs of node:crypto' },
  jsonwebtoken,
);
