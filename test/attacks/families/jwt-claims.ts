import { decodeToken, resign } from '../../support/token-forge.js';
import { type AttackFamily, isSigned, onExchange, onSigned } from '../attack.js';
import { delegate } from '../delegated.js';
import { expectAccepted, presentEach } from '../forged-tokens.js';
import type { AttackTarget } from '../target.js';

const nowSeconds = () => Math.floor(Date.now() / 1000);

/** Tokens signed with the true key: only what they say is wrong. */
export const jwtClaims: AttackFamily = {
  name: 'jwt-claims',
  attacks: [
    {
      title: 'another issuer, or none',
      outcome: onSigned,
      run: (target) => {
        const { iss } = decodeToken(target.ada.secret).claims;
        return presentClaims(target, 'iss', [
          'https://evil.example',
          `${iss}.evil.example`,
          String(iss).toUpperCase(),
          '',
          [iss],
          { iss },
          null,
          undefined,
        ]);
      },
    },
    {
      title: 'another audience, or none',
      outcome: onSigned,
      run: (target) => {
        const { aud } = decodeToken(target.ada.secret).claims;
        return presentClaims(target, 'aud', [
          'another-api',
          `${aud}/`,
          String(aud).toUpperCase(),
          '',
          [],
          ['another-api'],
          ['another-api', aud],
          [aud],
          { aud },
          null,
          undefined,
        ]);
      },
    },
    {
      title: 'a token of another type: an ID token, a refresh token, a logout token',
      outcome: onSigned,
      run: (target) =>
        presentEach(
          target,
          ['JWT', 'jwt', 'id+jwt', 'rt+jwt', 'logout+jwt', 'dpop+jwt', '', null, 1, undefined].map(
            (typ) => resign(target.ada.secret, { header: { typ } }),
          ),
        ),
    },
    {
      title: 'an expiry that is past, missing, or no number',
      outcome: onSigned,
      run: (target) => {
        const later = nowSeconds() + 60;
        return presentClaims(target, 'exp', [
          nowSeconds(),
          nowSeconds() - 1,
          0,
          -1,
          // Before the first date there is: who prints the time in a message fails at it.
          -1e300,
          String(later),
          `${later}`.padStart(20, '0'),
          [later],
          { exp: later },
          true,
          'never',
          null,
          undefined,
        ]);
      },
    },
    {
      title: 'a time of issue that is missing or no number, or a start in the future',
      outcome: onSigned,
      run: async (target) => {
        await presentClaims(target, 'iat', [String(nowSeconds()), null, true, {}, undefined]);
        await presentClaims(target, 'nbf', [
          nowSeconds() + 60,
          1e300,
          String(nowSeconds()),
          null,
          true,
        ]);
      },
    },
    {
      title: 'a subject that is missing, or that only turns into a user with good will',
      outcome: onSigned,
      run: (target) => {
        const { sub } = decodeToken(target.ada.secret).claims;
        return presentClaims(target, 'sub', [
          'admin',
          '',
          ' ',
          '0',
          '-1',
          '1.5',
          `${sub}.0`,
          ` ${sub}`,
          `0${sub}`,
          `${sub}e0`,
          `0x${Number(sub).toString(16)}`,
          '2147483648',
          '9999999999',
          '99999999999999999999',
          `${sub}\u0000`,
          'NaN',
          Number(sub),
          true,
          [sub],
          { sub },
          null,
          undefined,
        ]);
      },
    },
    {
      title: 'an ID, a login or a name that is missing or no text',
      outcome: onSigned,
      run: async (target) => {
        await presentClaims(target, 'jti', [1, null, ['a'], {}, undefined]);
        await presentClaims(target, 'sid', [1, null, ['a'], {}]);
        await presentClaims(target, 'email', [1, null, ['a'], undefined]);
        await presentClaims(target, 'name', [1, null, ['a'], undefined]);
        for (const claim of ['sid', 'email', 'name']) {
          await presentClaims(target, claim, ['nul \u0000', 'half a pair \ud800']);
        }
      },
    },
    {
      title: 'claims that are no object, or no JSON',
      outcome: onSigned,
      run: async (target) => {
        const [head] = target.ada.secret.split('.');
        const texts = ['', 'null', '[]', '"text"', '{', '{"sub":"1"', '\u0000'];
        await presentEach(
          target,
          texts.map((text) => `${head}.${Buffer.from(text).toString('base64url')}.AAAA`),
        );
      },
    },
    {
      title: 'rights that do not fit the audience, or that nobody knows',
      outcome: (facts) => (isSigned(facts) ? onExchange(facts) : onSigned(facts)),
      run: async (target) => {
        const own = target.ada.secret;
        const narrow = (await delegate(target, target.ada, 'posts:read')).secret;
        await expectAccepted(target, resign(own));
        const { aud } = decodeToken(own).claims;
        const { aud: narrowAud } = decodeToken(narrow).claims;
        const act = { sub: 'post-scheduler' };
        await presentEach(target, [
          // Somebody who acts for the user, at the audience of the user.
          resign(narrow, { claims: { aud } }),
          resign(narrow, { claims: { aud: [aud, narrowAud] } }),
          // The user's own rights at the audience of those who act for them.
          resign(narrow, { claims: { act: undefined, scope: undefined } }),
          resign(own, { claims: { aud: narrowAud } }),
          resign(own, { claims: { scope: 'posts:read' } }),
          resign(own, { claims: { act } }),
          resign(narrow, { claims: { scope: 'account' } }),
          resign(narrow, { claims: { scope: 'posts:read account' } }),
          resign(narrow, { claims: { scope: ['posts:read', 'posts:write'] } }),
          resign(narrow, { claims: { scope: '*' } }),
          resign(narrow, { claims: { scope: '' } }),
          resign(narrow, { claims: { scope: undefined } }),
          resign(narrow, { claims: { act: undefined } }),
          resign(narrow, { claims: { act: 'post-scheduler' } }),
          resign(narrow, { claims: { act: null } }),
          resign(narrow, { claims: { act: { sub: 1 } } }),
        ]);
      },
    },
  ],
};

function presentClaims(
  target: AttackTarget,
  name: string,
  values: readonly unknown[],
): Promise<void> {
  return presentEach(
    target,
    values.map((value) => resign(target.ada.secret, { claims: { [name]: value } })),
  );
}
