import { expect } from 'chai';
import { outlivesLogin } from '../../support/declared.js';
import { type AttackFamily, type Facts, isSigned, notApplicable, REFUSED } from '../attack.js';
import type { AttackTarget } from '../target.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Decoders of base64url forgive much, so one credential has many spellings. */
export const spelling: AttackFamily = {
  name: 'spelling',
  attacks: [
    {
      title: 'a good token in another spelling',
      outcome: (facts) =>
        isSigned(facts) ? REFUSED : notApplicable('its credential is not a signed token'),
      run: (target) => refuseAll(target, respell(target.ada.secret)),
    },
    {
      title: 'an ended credential in another spelling',
      outcome: ({ description }: Facts) =>
        outlivesLogin(description)
          ? notApplicable('it cannot end a credential, so there is nothing to get around')
          : REFUSED,
      run: async (target) => {
        const { secret, credential } = await target.victim();
        const spellings = respell(secret);
        // Seen once before its end, by which a cache would know it.
        expect((await target.me(credential)).status).to.equal(200);
        const answer = await target.api.call('POST', '/auth/logout', { credential });
        expect(answer.status).to.equal(204);
        await target.refuses(secret);
        await refuseAll(target, spellings);
      },
    },
    {
      title: 'a token revoked by its ID, in another spelling',
      outcome: (facts) =>
        isSigned(facts) &&
        facts.description.revokesTokens === true &&
        !outlivesLogin(facts.description)
          ? REFUSED
          : notApplicable('it does not end single tokens by their ID'),
      run: async (target) => {
        const { secret } = await target.victim();
        const spellings = respell(secret);
        expect((await target.form('/auth/revoke', { token: secret })).status).to.equal(200);
        await target.refuses(secret);
        await refuseAll(target, spellings);
      },
    },
  ],
};

async function refuseAll(target: AttackTarget, spellings: readonly string[]): Promise<void> {
  for (const spelled of spellings) {
    const answer = await target.me(target.carry(spelled));
    expect(`${answer.status} ${answer.body.code}`, JSON.stringify(spelled)).to.equal(
      '401 credential_invalid',
    );
  }
}

/** Other texts that a forgiving decoder takes for the same bytes. */
function respell(secret: string): string[] {
  const parts = secret.split('.');
  const inPart = (change: (part: string) => string) =>
    parts.map((_, at) =>
      parts.map((part, index) => (index === at ? change(part) : part)).join('.'),
    );
  const spellings = [
    ...inPart((part) => `${part}=`),
    ...inPart((part) => `${part}==`),
    ...inPart((part) => `${part}.`.slice(0, -1).replace(/^(.{4})/, '$1 ')),
    ...inPart((part) => part.replaceAll('-', '+').replaceAll('_', '/')),
    ...inPart((part) => part.replace(/^(.{8})/, '$1\t')),
    ...inPart((part) => part.replace(/^(.{8})/, '$1%')),
    ...inPart(withStrayBits),
    `"${secret}"`,
    `%${secret.charCodeAt(0).toString(16)}${secret.slice(1)}`,
    `${secret}%20`,
    `${secret},${secret}`,
  ];
  return [...new Set(spellings)].filter((spelled) => spelled !== secret);
}

/** The last character carries bits that are thrown away, unless the length is a multiple of four. */
function withStrayBits(part: string): string {
  const stray = { 2: 0b001111, 3: 0b000011 }[part.length % 4] ?? 0;
  const last = ALPHABET.indexOf(part.at(-1) ?? '');
  return part.slice(0, -1) + ALPHABET[last | (stray === 0 ? 0 : 1)];
}
