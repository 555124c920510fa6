/** Secrets that are printed where everybody reads them: where, what, and in which spelling. */
const PRINTED: readonly (readonly [string, string, BufferEncoding?])[] = [
  [
    'RFC 7515, A.1, and RFC 7517, A.3',
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow',
  ],
  ['RFC 7520, 3.5', 'hJtXIZ2uSN5kbQfbtTNWbpdmhkV8FJG-Onbc6mxCcYg'],
  ['RFC 7520, 3.6', 'AAPapAv4LbFbiVawEjagUBluYqN5rhna-8nuldDvOx8'],
  ['RFC 7516, A.1', 'saH0gFSP4XM_tAP_a5rU9ooHbltwLiJpL4LLLnrqQPw'],
  ['RFC 7516, A.2 and A.3', 'BNMfxVSd_P4LZJ36P6pqzmt81C1vawnbyLEA8I-cLM8'],
  [
    'RFC 9421, B.1.5',
    'uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ',
  ],
  ['RFC 8032, 7.1, test 1', 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A'],
  ['RFC 7515, A.3', 'jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI'],
  ['RFC 7517, A.2', '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE'],
  [
    'NIST SP 800-38A, F.1.5',
    '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    'hex',
  ],
  [
    'the tutorial of FastAPI',
    '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
    'hex',
  ],
  // Copied into thousands of repositories.
  [
    'tutorials of Spring Security',
    '404E635266556A586E3272357538782F413F4428472B4B6250645367566B5970',
    'hex',
  ],
  [
    'tutorials of Spring Security',
    '5367566B59703373367639792F423F4528482B4D6251655468576D5A71347437',
    'hex',
  ],
  [
    'tutorials of Spring Security',
    '3cfa76ef14937c1c0ea519f8fc057a80fcd04a7420f8e8bcd0a7567c272e007b',
    'hex',
  ],
  [
    'tutorials of Spring Security',
    'afafasfafafasfasfasfafacasdasfasxASFACASDFACASDFASFASFDAFASFASDAADSCSDFADCVSGCFVADXCcadwavfsfarvf',
    'latin1',
  ],
];

const SOURCES: ReadonlyMap<string, string> = new Map(
  PRINTED.map(([source, secret, encoding = 'base64url']) => [
    Buffer.from(secret, encoding).toString('base64url'),
    source,
  ]),
);

/** Where these bytes are printed, or undefined. */
export function publicationOf(secret: Uint8Array): string | undefined {
  return SOURCES.get(Buffer.from(secret).toString('base64url'));
}

/** What example secrets are made of: "your-256-bit-secret", "change-me-this-is-only-for-development". */
const WORDS = [
  ...[
    'secret',
    'token',
    'password',
    'passwd',
    'passphrase',
    'pass',
    'pwd',
    'key',
    'jwt',
    'jws',
    'hmac',
  ],
  ...[
    'hs256',
    'sha256',
    'hash',
    'auth',
    'session',
    'cookie',
    'string',
    'random',
    'change',
    'replace',
  ],
  ...[
    'insert',
    'this',
    'that',
    'please',
    'your',
    'super',
    'very',
    'long',
    'longer',
    'strong',
    'secure',
  ],
  ...['security', 'example', 'sample', 'testing', 'tests', 'test', 'demo', 'development', 'dev'],
  ...['production', 'prod', 'default', 'dummy', 'insecure', 'unsafe', 'safe', 'local', 'localhost'],
  ...['application', 'app', 'server', 'service', 'backend', 'api', 'web', 'least', 'bits', 'bit'],
  ...[
    'bytes',
    'byte',
    'characters',
    'character',
    'chars',
    'minimum',
    'more',
    'than',
    'only',
    'never',
  ],
  ...[
    'use',
    'used',
    'not',
    'for',
    'the',
    'and',
    'with',
    'must',
    'should',
    'here',
    'valid',
    'signing',
  ],
  ...[
    'signature',
    'sign',
    'private',
    'public',
    'access',
    'refresh',
    'keyboard',
    'cat',
    'shhh',
    'hello',
  ],
  ...[
    'world',
    'foo',
    'bar',
    'baz',
    'qwerty',
    'uiop',
    'asdf',
    'ghjkl',
    'zxcv',
    'bnm',
    'abc',
    'admin',
  ],
  ...[
    'root',
    'user',
    'letmein',
    'welcome',
    'lorem',
    'ipsum',
    'practice',
    'tutorial',
    'value',
    'some',
  ],
  ...[
    'something',
    'which',
    'encryption',
    'encrypt',
    'symmetric',
    'shared',
    'master',
    'internal',
    'temp',
  ],
  ...[
    'env',
    'config',
    'fake',
    'mock',
    'placeholder',
    'todo',
    'fixme',
    'xxx',
    'aaa',
    '000',
    '111',
    '123',
  ],
  ...[
    '456',
    '789',
    '012',
    '890',
    '987',
    '654',
    '321',
    '256',
    '384',
    '512',
    '128',
    '2020',
    '2021',
    '2022',
  ],
  ...['2023', '2024', '2025', '2026', '2027'],
].sort((a, b) => b.length - a.length);
const ANY_WORD = new RegExp(WORDS.join('|'), 'g');

/**
 * Whether at least half of a text are words that examples are made of. A random text holds one by
 * chance, and never so many.
 */
export function readsLikeAnExample(text: string): boolean {
  const letters = text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const rest = letters.replace(ANY_WORD, '');
  return rest.length * 2 <= letters.length;
}
