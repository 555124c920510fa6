/** The option that names addresses beyond this machine, for every verb that may send load there. */
import { type AllowedAddress, readAllowed } from '../../network/allowed-addresses.js';
import type { OptionKind } from '../parse-options.js';

const allow: OptionKind<AllowedAddress[]> = {
  takes: 'HOST[:PORT]|RANGE',
  allowed:
    'a host as lab.example, 10.0.0.7:3000 or [fd00::7]:3000, or a range as 10.0.0.0/24 (at most a /8, IPv6: a /32)',
  help: 'an address that is not of this machine and may be loaded all the same; may be given again',
  parse(text) {
    const allowed = readAllowed(text);
    return allowed && [allowed];
  },
  join: (earlier, later) => [...earlier, ...later],
};

export const ALLOW_OPTION = { allow } as const;
