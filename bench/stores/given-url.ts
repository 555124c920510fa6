/** URLs of servers that the user names. */
import { LabError } from '../model/errors.js';

export const MYSQL_SCHEMES = ['mysql:', 'mariadb:'];

/** DATABASE_URL names a server of either database, and its scheme says of which. */
export function namesMysql(databaseUrl: string | undefined): boolean {
  const url = databaseUrl?.toLowerCase() ?? '';
  return MYSQL_SCHEMES.some((scheme) => url.startsWith(scheme));
}

/**
 * Checks the URL of a server that the user names. It may hold a password, so it is not repeated.
 * @throws LabError SETTING_INVALID that names the variable
 */
export function checkGivenUrl(variable: string, value: string, schemes: readonly string[]): void {
  const fail = (what: string): void => {
    throw new LabError('SETTING_INVALID', `${variable} ${what}.`);
  };
  const url = new URL(URL.canParse(value) ? value : 'none://');
  if (!schemes.includes(url.protocol) || url.hostname === '') {
    fail(`must be a URL that begins with ${schemes.join('// or ')}//`);
  }
  for (const part of [url.username, url.password, url.pathname]) {
    try {
      decodeURIComponent(part);
    } catch {
      fail('has a % that begins no escape: write %25 for each % of the user name or password');
    }
  }
  if (url.protocol.startsWith('redis')) {
    if (!/^\/?\d*$/.test(url.pathname)) fail('must have the number of a database after the last /');
    if (url.search !== '') fail('takes no options, after the ?');
  } else if (url.pathname.length < 2) {
    fail('must name a database after the last /');
  }
}
