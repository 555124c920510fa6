import { expect } from 'chai';
import { credentialOfAnswer, endsCredential } from '../../../src/api/docs/credential-of-answer.js';

const ORIGIN = 'http://127.0.0.1:3000';
const bearer = { type: 'http' };
const cookie = { type: 'apiKey', in: 'cookie' };
const unverified = { type: 'apiKey', in: 'header' };
const token = { access_token: 'abc', token_type: 'Bearer', expires_in: 300 };

function answer(path: string, status: number, body: unknown = '') {
  return { url: ORIGIN + path, status, body };
}

describe('the credential in an answer to the page', () => {
  it('is a token, from whatever gives one', () => {
    for (const path of ['/auth/login', '/auth/refresh', '/me/password']) {
      expect(credentialOfAnswer(bearer, answer(path, 200, token))).to.equal('abc');
    }
  });

  it('has its scheme in front where the document asks for a whole header', () => {
    const body = { ...token, token_type: 'Unverified' };
    expect(credentialOfAnswer(unverified, answer('/auth/login', 200, body))).to.equal(
      'Unverified abc',
    );
  });

  it('is not one that was made for somebody else', () => {
    const body = { ...token, issued_token_type: 'urn:ietf:params:oauth:token-type:access_token' };
    expect(credentialOfAnswer(bearer, answer('/auth/token', 200, body))).to.equal(undefined);
  });

  it('is a cookie after a login, and after no other answer', () => {
    const user = { id: 1, email: 'ada@example.test', name: 'Ada' };
    expect(credentialOfAnswer(cookie, answer('/auth/login', 200, user))).to.be.a('string');
    expect(credentialOfAnswer(cookie, answer('/me', 200, user))).to.equal(undefined);
    expect(credentialOfAnswer(cookie, answer('/auth/login', 401))).to.equal(undefined);
  });

  it('is none in what fails, or is no token', () => {
    for (const body of [undefined, null, '', [], {}, { access_token: 1 }]) {
      expect(credentialOfAnswer(bearer, answer('/posts', 200, body))).to.equal(undefined);
    }
    expect(credentialOfAnswer(bearer, answer('/auth/login', 401, token))).to.equal(undefined);
  });

  it('ends with a logout, or with all logins', () => {
    expect(endsCredential(answer('/auth/logout', 204))).to.equal(true);
    expect(endsCredential(answer('/auth/sessions', 204))).to.equal(true);
    expect(endsCredential(answer('/auth/sessions?except=current', 204))).to.equal(false);
    expect(endsCredential(answer('/auth/logout', 401))).to.equal(false);
    expect(endsCredential(answer('/posts/1', 204))).to.equal(false);
  });
});
