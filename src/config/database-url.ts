/** What is wrong with the URL of a store. It may hold a password, so nothing of it is repeated. */

const EXAMPLES = {
  database: 'must be a URL such as postgres://user@host:5432/name or mysql://user@host:3306/name',
  redis: 'must be a URL such as redis://host:6379',
} as const;

const SCHEMES = {
  database: /^(postgres(ql)?|mysql|mariadb):$/,
  redis: /^rediss?:$/,
} as const;

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
export function storeUrlProblem(kind: 'database' | 'redis', value: string): string | undefined {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || !SCHEMES[kind].test(url.protocol) || url.hostname === '') {
    return EXAMPLES[kind];
  }
  if (![url.username, url.password, url.pathname].every(isDecodable)) {
    return 'has a % that begins no escape: write %25 for each % of the user name or password';
  }
  return kind === 'redis' ? redisProblem(url) : databaseProblem(url);
}

function redisProblem({ pathname, search }: URL): string | undefined {
  if (search !== '') {
    return 'takes no options, after the ?';
  }
  return /^\/?(0|[1-9]\d{0,8})?$/.test(pathname)
    ? undefined
    : 'must have the number of a database, or nothing, after the last /';
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
