import fc from 'fast-check';

type Headers = readonly (readonly [string, string])[];

/** One request, as data that fast-check can make smaller. */
export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  /** Names may repeat. */
  readonly headers: Headers;
  readonly body: string | undefined;
}

/** What the fuzzer may use: real credentials, whose owner does not mind. */
export interface Seeds {
  /** As the strategy wants it: header and value. */
  readonly credentials: readonly (readonly [string, string])[];
  readonly cookieName: string;
  /** Of the Authorization header. */
  readonly scheme: string;
  readonly secrets: readonly string[];
  readonly refreshTokens: readonly string[];
  readonly email: string;
}

const BODIES = ['POST', 'PUT', 'PATCH'];
const JSON_ROUTES: readonly (readonly [string, string])[] = [
  ['POST', '/users'],
  ['POST', '/auth/login'],
  ['POST', '/auth/refresh'],
  ['POST', '/auth/sessions/delegated'],
  ['PUT', '/me/password'],
  ['POST', '/posts'],
  ['PUT', '/posts/1'],
  ['PATCH', '/posts/1'],
  ['POST', '/predictions'],
];
const FORM_ROUTES: readonly (readonly [string, string])[] = [
  ['POST', '/auth/token'],
  ['POST', '/auth/revoke'],
];
const BARE_ROUTES: readonly (readonly [string, string])[] = [
  ['GET', '/me'],
  ['GET', '/posts'],
  ['GET', '/posts/1'],
  ['DELETE', '/posts/1'],
  ['GET', '/users/1'],
  ['GET', '/auth/sessions'],
  ['DELETE', '/auth/sessions/AAAAAAAAAAAAAAAAAAAAAA'],
  ['GET', '/.well-known/jwks.json'],
  ['GET', '/auth/principal'],
  ['GET', '/openapi.json'],
  ['GET', '/docs/page.js'],
  ['POST', '/users/1/disable'],
  ['OPTIONS', '/auth/token'],
  ['HEAD', '/me'],
];
/** These end logins: with credentials that are not good, or the rest of the run would have none. */
const ENDING_ROUTES: readonly (readonly [string, string])[] = [
  ['POST', '/auth/logout'],
  ['DELETE', '/auth/sessions'],
  ['DELETE', '/auth/sessions?except=current'],
];

/** Visible characters of Latin-1: all that an HTTP client lets through in a header. */
const latin1 = (maxLength: number) =>
  fc
    .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff })), {
      maxLength,
    })
    .map((codes) => String.fromCharCode(...codes));

const base64url = fc
  .uint8Array({ maxLength: 120 })
  .map((bytes) => Buffer.from(bytes).toString('base64url'));

/** Real credentials, real ones with something wrong about them, and things that look like one. */
function secretOf(good: readonly string[]): fc.Arbitrary<string> {
  const real = fc.constantFrom(...good);
  const broken = fc
    .tuple(real, fc.nat(2000), fc.constantFrom('cut', 'drop', 'double', 'replace'), latin1(3))
    .map(([secret, at, how, text]) => {
      const position = at % (secret.length + 1);
      const rest = secret.slice(position);
      switch (how) {
        case 'cut':
          return secret.slice(0, position);
        case 'drop':
          return secret.slice(0, position) + rest.slice(1);
        case 'double':
          return secret.slice(0, position) + rest + rest;
        default:
          return secret.slice(0, position) + text + rest.slice(text.length);
      }
    });
  const header = fc.record(
    {
      alg: fc.oneof(fc.constantFrom('none', 'HS256', 'ES256', 'EdDSA', 'RS256'), fc.jsonValue()),
      typ: fc.oneof(fc.constant('at+jwt'), fc.jsonValue()),
      kid: fc.oneof(latin1(20), fc.jsonValue()),
      crit: fc.jsonValue(),
      b64: fc.jsonValue(),
      jwk: fc.jsonValue(),
    },
    { requiredKeys: [] },
  );
  const jwt = fc
    .tuple(fc.oneof(header, fc.jsonValue()), fc.jsonValue(), base64url)
    .map(
      ([head, claims, mark]) =>
        `${Buffer.from(JSON.stringify(head)).toString('base64url')}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.${mark}`,
    );
  return fc.oneof(
    { weight: 6, arbitrary: broken },
    { weight: 3, arbitrary: jwt },
    { weight: 3, arbitrary: base64url },
    { weight: 2, arbitrary: latin1(60) },
    { weight: 1, arbitrary: fc.constant('x'.repeat(12_000)) },
  );
}

function credentialOf(seeds: Seeds, mayBeGood: boolean): fc.Arbitrary<Headers> {
  const bad = secretOf([...seeds.secrets, ...seeds.refreshTokens]);
  const secret = mayBeGood ? fc.oneof(bad, fc.constantFrom(...seeds.secrets)) : bad;
  const scheme = fc.constantFrom(
    seeds.scheme,
    seeds.scheme.toLowerCase(),
    'Basic',
    'Unverified',
    'Operator',
    '',
    `${seeds.scheme} `,
  );
  const name = fc.constantFrom(
    seeds.cookieName,
    `__Host-${seeds.cookieName}`,
    ` ${seeds.cookieName}`,
    '$Version',
    '',
  );
  const cookie = fc.tuple(name, secret).map(([key, value]) => `${key}=${value}`);
  const alone = (name: string) => (value: string) => [[name, value] as const];
  const odd = fc.oneof<fc.Arbitrary<Headers>[]>(
    fc.constant([]),
    fc
      .tuple(scheme, secret)
      .map(([type, value]) => `${type} ${value}`)
      .map(alone('authorization')),
    fc
      .array(cookie, { minLength: 1, maxLength: 4 })
      .map((cookies) => cookies.join('; '))
      .map(alone('cookie')),
    secret.map((value) => [
      ['authorization', `${seeds.scheme} ${value}`] as const,
      ['cookie', `${seeds.cookieName}=${value}`] as const,
    ]),
    latin1(80).map(alone('authorization')),
    latin1(80).map(alone('cookie')),
  );
  const good = fc.constantFrom(...seeds.credentials).map((header) => [header]);
  return mayBeGood ? fc.oneof({ weight: 2, arbitrary: odd }, { weight: 1, arbitrary: good }) : odd;
}

/** Headers that change how a request is read or judged. */
const otherHeaders = fc.array(
  fc.oneof(
    fc.tuple(
      fc.constantFrom('origin', 'sec-fetch-site', 'x-forwarded-for', 'user-agent', 'accept'),
      fc.oneof(latin1(40), fc.constantFrom('same-origin', 'cross-site', 'null', 'https://a.test')),
    ),
    fc.tuple(
      fc.constantFrom('if-match', 'if-none-match', 'idempotency-key', 'accept'),
      fc.oneof(latin1(40), fc.constantFrom('*', '"a"', 'W/"a"', '"a", "b"', 'text/html')),
    ),
    fc.tuple(fc.constant('x-http-method-override'), fc.constant('DELETE')),
    fc.tuple(fc.constant('content-encoding'), fc.constantFrom('gzip', 'identity', 'br')),
  ),
  { maxLength: 2 },
);

function jsonBody(seeds: Seeds): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom<unknown>(null, true, 0, -1, 1e308, '', [], {}),
    fc.constantFrom(...seeds.refreshTokens, ...seeds.secrets, 'post-scheduler'),
    secretOf(seeds.secrets),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const names = [
    'title',
    'body',
    'text',
    'name',
    'refresh_token',
    'client',
    'scope',
    'newPassword',
    'currentPassword',
    '__proto__',
    'constructor',
    'toString',
    'id',
  ];
  const record = fc
    .array(fc.tuple(fc.constantFrom(...names), value), { maxLength: 5 })
    .map((entries) => JSON.stringify(Object.fromEntries(entries)));
  // An e-mail address with a password is hashed, which takes long: few of those, most incomplete.
  const login = fc
    .tuple(
      fc.oneof(fc.constant<unknown>(seeds.email), fc.emailAddress(), value),
      fc.oneof(
        { weight: 9, arbitrary: fc.constantFrom<unknown>('', null, 1, [], {}) },
        { weight: 1, arbitrary: fc.string({ maxLength: 9 }) },
      ),
    )
    .map(([email, password]) => JSON.stringify({ email, password }));
  const broken = fc
    .tuple(record, fc.nat(300), fc.string({ unit: 'binary', maxLength: 4 }))
    .map(([text, at, noise]) => {
      const position = at % (text.length + 1);
      return text.slice(0, position) + noise + text.slice(position + noise.length);
    });
  return fc.oneof(
    { weight: 5, arbitrary: record },
    { weight: 4, arbitrary: broken },
    { weight: 2, arbitrary: login },
    { weight: 2, arbitrary: fc.json() },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
    { weight: 1, arbitrary: fc.constantFrom('[['.repeat(20_000), `"${'x'.repeat(101_000)}"`, '') },
  );
}

function formBody(seeds: Seeds): fc.Arbitrary<string> {
  const value = fc.oneof(
    fc.constantFrom(
      'urn:ietf:params:oauth:grant-type:token-exchange',
      'urn:ietf:params:oauth:token-type:access_token',
      'refresh_token',
      'posts:read',
      'posts:read posts:write',
      'post-scheduler',
      '',
    ),
    fc.constantFrom(...seeds.secrets),
    secretOf([...seeds.secrets, ...seeds.refreshTokens]),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const name = fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom('grant_type', 'subject_token', 'scope', 'client_id') },
    { weight: 9, arbitrary: fc.constantFrom('subject_token_type', 'refresh_token', 'audience') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'resource', 'actor_token'),
    },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 9 }) },
  );
  const exchange = fc
    .tuple(fc.constantFrom(...seeds.secrets), fc.constantFrom(0, 1, 2, 3, 4), value)
    .map(([secret, at, odd]) => {
      const fields: [string, string][] = [
        ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
        ['subject_token', secret],
        ['subject_token_type', 'urn:ietf:params:oauth:token-type:access_token'],
        ['client_id', 'post-scheduler'],
        ['scope', 'posts:read'],
      ];
      (fields[at] as [string, string])[1] = odd;
      return new URLSearchParams(fields).toString();
    });
  const fields = fc
    .array(fc.tuple(name, value), { maxLength: 8 })
    .map((pairs) => new URLSearchParams(pairs).toString());
  // A good token to be revoked would end a login, so revoking finds the field by other names only.
  const revoke = secretOf(seeds.secrets).map((token) =>
    new URLSearchParams({ token: token }).toString(),
  );
  return fc.oneof(
    { weight: 4, arbitrary: exchange },
    { weight: 3, arbitrary: fields },
    { weight: 3, arbitrary: revoke },
    { weight: 1, arbitrary: latin1(100) },
    { weight: 1, arbitrary: fc.constantFrom('&'.repeat(90_000), 'a='.repeat(50_000), '%') },
  );
}

/** A path with something odd about it, in what an HTTP client lets through. */
const oddPath = fc
  .tuple(
    fc.constantFrom(
      '/',
      '/posts/',
      '/users/',
      '/auth/',
      // With nothing after its slash it would be the route that ends all logins.
      '/auth/sessions/-',
      '/posts?',
      '/me?',
      '//',
    ),
    fc.oneof(
      latin1(30).map((text) => text.replaceAll(' ', '%')),
      fc.constantFrom(
        '..%2f..%2fetc',
        '%00',
        '%ff',
        '%',
        'limit=1&limit=2',
        'cursor=%00',
        '1/../2',
      ),
      fc.string({ unit: 'binary', maxLength: 10 }).map((text) => encodeURIComponent(text)),
      fc.constant('a'.repeat(4000)),
    ),
  )
  .map(([prefix, rest]) => prefix + rest);

const JSON_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/merge-patch+json',
];
const FORM_TYPE = 'application/x-www-form-urlencoded';
const contentType = (usual: readonly string[]) =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...usual) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('text/plain', 'application/json; charset=x', FORM_TYPE),
    },
    { weight: 1, arbitrary: latin1(20) },
  );

/** Requests to every route, most of them nearly right: those get furthest. */
export function requestArbitrary(seeds: Seeds): fc.Arbitrary<FuzzRequest> {
  const credential = credentialOf(seeds, true);
  const withBody = (
    routes: readonly (readonly [string, string])[],
    text: fc.Arbitrary<string>,
    types: readonly string[],
  ) =>
    fc
      .tuple(fc.constantFrom(...routes), text, contentType(types), credential, otherHeaders)
      .map(([[method, path], body, type, secrets, others]) => ({
        method,
        path,
        headers: [...secrets, ...others, ['content-type', type] as const],
        body,
      }));
  const bare = (route: fc.Arbitrary<readonly [string, string]>, secret: fc.Arbitrary<Headers>) =>
    fc.tuple(route, secret, otherHeaders).map(([[method, path], secrets, others]) => ({
      method,
      path,
      headers: [...secrets, ...others],
      body: BODIES.includes(method) ? '' : undefined,
    }));
  const odd = fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE', 'PATCH', 'OPTIONS'), oddPath);
  return fc.oneof(
    { weight: 6, arbitrary: withBody(JSON_ROUTES, jsonBody(seeds), JSON_TYPES) },
    { weight: 5, arbitrary: withBody(FORM_ROUTES, formBody(seeds), [FORM_TYPE]) },
    { weight: 6, arbitrary: bare(fc.constantFrom(...BARE_ROUTES), credential) },
    { weight: 1, arbitrary: bare(fc.constantFrom(...ENDING_ROUTES), credentialOf(seeds, false)) },
    { weight: 2, arbitrary: bare(odd, credential) },
  );
}

/** A line of a raw request: bytes that no client sends. */
export function rawArbitrary(seeds: Seeds): fc.Arbitrary<string> {
  const anyByte = fc.string({
    unit: fc.nat(255).map((code) => String.fromCharCode(code)),
    maxLength: 30,
  });
  const noLineEnd = anyByte.map((text) => text.replaceAll(/[\r\n]/g, ' '));
  const secret = fc.constantFrom(...seeds.secrets);
  const line = fc.oneof(
    fc
      .tuple(secret, noLineEnd)
      .map(([value, noise]) => `Authorization: ${seeds.scheme} ${value}${noise}`),
    fc
      .tuple(secret, noLineEnd)
      .map(([value, noise]) => `Cookie: ${seeds.cookieName}=${noise}${value}`),
    noLineEnd.map((noise) => `Cookie: ${noise}`),
    noLineEnd.map((noise) => `Authorization: ${noise}`),
    secret.map(
      (value) => `Authorization: ${seeds.scheme} ${value}\r\nAuthorization: ${seeds.scheme} x`,
    ),
    secret.map((value) => `Cookie: ${seeds.cookieName}=x\r\nCookie: ${seeds.cookieName}=${value}`),
    anyByte.map((noise) => `X-Noise: ${noise}`),
    fc.constantFrom(
      'Content-Length: 0\r\nContent-Length: 5',
      'Content-Length: -1',
      'Content-Length: 0\r\nTransfer-Encoding: chunked',
      'Transfer-Encoding: gzip',
      'Expect: 200-ok',
      'Upgrade: websocket\r\nConnection: Upgrade',
      `X-Long: ${'x'.repeat(20_000)}`,
      'Host: second',
      ': no name',
      ' folded',
    ),
  );
  const start = fc.oneof(
    { weight: 8, arbitrary: fc.constantFrom('GET /me HTTP/1.1', 'GET /posts HTTP/1.1') },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        'GET /me HTTP/1.0',
        'GET /me HTTP/9.9',
        'GET http://evil.example/me HTTP/1.1',
        'CONNECT x:1 HTTP/1.1',
        'get /me HTTP/1.1',
        'TRACE / HTTP/1.1',
        'GET * HTTP/1.1',
      ),
    },
    { weight: 1, arbitrary: noLineEnd.map((noise) => `GET /${noise} HTTP/1.1`) },
  );
  return fc
    .tuple(start, fc.array(line, { minLength: 1, maxLength: 3 }))
    .map(([first, lines]) =>
      [first, 'Host: x', 'Connection: close', ...lines, '', ''].join('\r\n'),
    );
}
