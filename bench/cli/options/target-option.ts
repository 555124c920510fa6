/** The options that name deployments which the lab does not start. */
import { usageError } from '../../model/errors.js';
import type { AskedTarget } from '../../targets/target-address.js';
import { type OptionKind, text } from '../parse-options.js';
import { ALLOW_OPTION } from './allow-option.js';

const target: OptionKind<AskedTarget[]> = {
  takes: 'NAME=http://HOST:PORT[,…]',
  allowed:
    'a name and the addresses of one deployment, as old=http://127.0.0.1:3000 or new=http://10.0.0.7:3000,http://10.0.0.8:3000',
  help: 'a deployment that the lab does not start, measured as it is; give it twice or more',
  parse(text) {
    if (text.includes('@')) throw withSecret();
    const [, name, addresses = ''] = NAMED.exec(text) ?? [];
    const urls = addresses.split(',').map(originIn);
    if (name === undefined || urls.includes(undefined)) return undefined;
    return [{ name, urls: urls as URL[] }];
  },
  hint(text) {
    const [, name, addresses = ''] = NAMED.exec(text) ?? [];
    if (name === undefined) {
      return 'A name stands first: letters, digits, dots and hyphens, 40 at most, then "=".';
    }
    const wrong = addresses.split(',').find((each) => originIn(each) === undefined) ?? '';
    if (/^https:/i.test(wrong)) {
      return 'The load generator speaks HTTP without TLS: give the address behind the server that ends TLS.';
    }
    return `"${wrong}" is no address of that form: http://, a host, a port, and nothing behind it.`;
  },
  join: (earlier, later) => [...earlier, ...later],
};

const NAMED = /^([A-Za-z0-9][A-Za-z0-9.-]{0,39})=(.*)$/s;

function originIn(text: string): URL | undefined {
  if (!/^http:\/\/[^\s/?#@\\]+\/?$/i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.port === '0' ? undefined : url;
}

/** Without the text: there may be a password in it. */
function withSecret() {
  return usageError(
    'OPTION_INVALID',
    '--target takes no user and no password in an address. Users are named in a file: --target-users FILE.',
  );
}

export const TARGET_OPTIONS = {
  target,
  'target-users': text(
    'FILE',
    'with --target: JSON of its users, [{"email": "…", "password": "…"}, …] (those of seed.js)',
  ),
  ...ALLOW_OPTION,
} as const;
