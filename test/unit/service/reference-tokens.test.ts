import { expect } from 'chai';
import { createMemoryLoginStore } from '../../../src/auth/credentials/memory-login-store.js';
import type { Introspection } from '../../../src/auth/opaque/introspection.js';
import { isReferenceToken, readIntrospection } from '../../../src/auth/opaque/introspection.js';
import { createReferenceTokens } from '../../../src/auth/opaque/reference-tokens.js';

const MINUTE = 60_000;
const limits = { idleMs: 30 * MINUTE, absoluteMs: 720 * MINUTE };
const ada = { userId: 7, email: 'ada@example.test', name: 'Ada' };

describe('a reference token', () => {
  let clock: number;
  const now = () => clock;
  let logins: ReturnType<typeof createMemoryLoginStore>;
  let tokens: ReturnType<typeof createReferenceTokens>;

  beforeEach(() => {
    clock = Date.UTC(2030, 0, 1);
    logins = createMemoryLoginStore({ absoluteMs: limits.absoluteMs, perUserMax: 5 }, now);
    tokens = createReferenceTokens(logins, limits, now);
  });

  afterEach(() => logins.close());

  async function read(token: string) {
    const answer = await tokens.introspect(token);
    expect(answer.active).to.equal(true);
    return answer as Extract<Introspection, { active: true }>;
  }

  it('is known by its hash and described as RFC 7662 has it', async () => {
    const { token, loginId } = await tokens.issue(ada, 'curl');
    expect(token).to.match(/^[A-Za-z0-9_-]{43}$/);
    expect(loginId).to.not.equal(token.slice(0, loginId.length));
    expect(await read(token)).to.deep.equal({
      active: true,
      token_type: 'Bearer',
      sub: '7',
      email: 'ada@example.test',
      name: 'Ada',
      sid: loginId,
      iat: clock / 1000,
      exp: (clock + limits.idleMs) / 1000,
      client_id: 'first-party',
    });
  });

  it('says for how long it lives unused: the idle time, or the absolute one where that is shorter', async () => {
    expect((await tokens.issue(ada, 'curl')).lifeMs).to.equal(limits.idleMs);
    const soon = createReferenceTokens(logins, { ...limits, absoluteMs: 5 * MINUTE }, now);
    expect((await soon.issue(ada, 'curl')).lifeMs).to.equal(5 * MINUTE);
  });

  it('is renewed by a use in the second half of its idle time, and not before', async () => {
    const { token } = await tokens.issue(ada, 'curl');
    const { exp } = await read(token);
    clock += 15 * MINUTE;
    expect((await read(token)).exp).to.equal(exp);
    clock += 1 * MINUTE;
    expect((await read(token)).exp).to.equal(exp + 16 * 60);
    clock += 30 * MINUTE;
    expect(await tokens.introspect(token)).to.deep.equal({ active: false });
  });

  it('ends at its absolute time however much it is used', async () => {
    const { token } = await tokens.issue(ada, 'curl');
    const endsAt = clock + limits.absoluteMs;
    for (; clock < endsAt; clock += 20 * MINUTE) {
      expect((await read(token)).exp).to.be.at.most(endsAt / 1000);
    }
    expect(await tokens.introspect(token)).to.deep.equal({ active: false });
  });

  it('of somebody who acts for the user says so, and is never renewed', async () => {
    const delegation = { actor: 'post-scheduler', scope: ['posts:write'] as const };
    const { token } = await tokens.delegate(ada, 'curl', delegation, 2 * MINUTE);
    const endsAt = clock + 2 * MINUTE;
    clock = endsAt - 1;
    expect(await read(token)).to.include({
      client_id: 'post-scheduler',
      scope: 'posts:write',
      exp: Math.floor(endsAt / 1000),
    });
    expect((await read(token)).act).to.deep.equal({ sub: 'post-scheduler' });
    clock = endsAt;
    expect(await tokens.introspect(token)).to.deep.equal({ active: false });
  });

  it('has one spelling', async () => {
    const { token } = await tokens.issue(ada, 'curl');
    const last = token.at(-1) as string;
    // The next character decodes to the same bytes: it differs in bits that nobody reads.
    const respelled = token.slice(0, -1) + String.fromCharCode(last.charCodeAt(0) + 1);
    expect(Buffer.from(respelled, 'base64url')).to.deep.equal(Buffer.from(token, 'base64url'));
    for (const other of [respelled, `${token}=`, `${token}A`, ` ${token}`, token.slice(1), '']) {
      expect(isReferenceToken(other), other).to.equal(false);
      expect(await tokens.introspect(other)).to.deep.equal({ active: false });
    }
  });
});

describe('the answer of an authority', () => {
  const good = { active: true, sub: '7', email: 'a@example.test', name: 'A', sid: 's', exp: 1 };

  it('is read as a principal and the time it is good for', () => {
    expect(readIntrospection(JSON.stringify(good))).to.deep.equal({
      principal: {
        userId: 7,
        email: 'a@example.test',
        name: 'A',
        loginId: 's',
        delegation: undefined,
      },
      expiresAt: 1000,
    });
    expect(readIntrospection('{"active":false}')).to.equal(undefined);
  });

  const wrong: [string, object][] = [
    ['no word on whether the token is good', { ...good, active: undefined }],
    ['"true" for true', { ...good, active: 'true' }],
    ['a subject that is no number', { ...good, sub: 'admin' }],
    ['a subject that no user can be', { ...good, sub: '2147483648' }],
    ['a subject in another spelling', { ...good, sub: '07' }],
    ['an address that no database holds', { ...good, email: 'nul \u0000' }],
    ['no end', { ...good, exp: undefined }],
    ['a scope without an actor', { ...good, scope: 'posts:read' }],
    ['an actor without a scope', { ...good, act: { sub: 'x' } }],
    ['an actor without a name', { ...good, scope: 'posts:read', act: {} }],
  ];
  for (const [what, answer] of wrong) {
    it(`is no answer with ${what}`, () => {
      expect(() => readIntrospection(JSON.stringify(answer))).to.throw(TypeError);
    });
  }

  it('gives no scope that this API does not know', () => {
    const answer = { ...good, scope: 'posts:read admin', act: { sub: 'x' } };
    const { principal } = readIntrospection(JSON.stringify(answer)) ?? {};
    expect(principal?.delegation).to.deep.equal({ actor: 'x', scope: ['posts:read'] });
  });
});
