/** What is wrong with the URL of a database. It may hold a password, so nothing of it is repeated. */

const EXAMPLE =
  'must be a URL such as postgres://user@host:5432/name or mysql://user@host:3306/name';

const SCHEMES = /^(postgres(ql)?|mysql|mariadb):$/;

/** Of PostgreSQL's options those about TLS and the name; others could change what a statement means. */
const POSTGRES_OPTIONS: ReadonlySet<string> = new Set([
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'uselibpqcompat',
  'application_name',
]);
const SSL_MODES = /^(disable|prefer|require|verify-ca|verify-full|no-verify)$/;

/** Undefined when there is nothing wrong with it. */
export function databaseUrlProblem(value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !SCHEMES.test(url.protocol) || url.hostname === '') {
    return EXAMPLE;
  }
  if (![url.username, url.password, url.pathname].every(isDecodable)) {
    return 'has a % that begins no escape: write %25 for each % of the user name or password';
  }
  return databaseProblem(url);
}

function databaseProblem({ protocol, pathname, search, searchParams }: URL): string | undefined {
  if (pathname.slice(1) === '') {
    return 'must name a database after the last /';
  }
  if (!protocol.startsWith('postgres')) {
    // Left out unseen, `?ssl=true` would send password and rows in the clear.
    return search === '' ? undefined : 'MySQL takes no options here, after the ?';
  }
  const unknown = [...searchParams.keys()].some((name) => !POSTGRES_OPTIONS.has(name));
  if (unknown || !SSL_MODES.test(searchParams.get('sslmode') ?? 'disable')) {
    return `takes these options alone, after the ?: ${[...POSTGRES_OPTIONS].join(', ')}; sslmode is one of libpq's`;
  }
  return undefined;
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
