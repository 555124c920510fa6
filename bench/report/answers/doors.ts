/** The table of the logout: each login at each server. */
import type { Logout } from '../../model/logout-schema.js';
import { type Block, left, notice, paragraph, right, table } from '../../text/blocks.js';
import { formatNumber } from '../../text/format.js';

export function doorBlocks(logout: Logout): Block[] {
  const { everyMs, askedForSeconds, tokenLifeSeconds, configuredLifeSeconds, variants } = logout;
  return [
    paragraph(
      `Each login used its credential at every server about every ${everyMs} ms. All were logged out at the first server at one moment, and the asking went on for ${formatNumber(askedForSeconds)} s. Access tokens lived ${tokenLifeSeconds} s here; where nobody says otherwise they live ${configuredLifeSeconds} s. A token that a logout does not end is good for what is left of its life, so with another life the last two columns grow alike.`,
    ),
    ...variants.flatMap(({ variant, failure }) =>
      failure === undefined ? [] : [notice(`${variant}: ${failure}`)],
    ),
    ...table(
      'What each server answered after the logout.',
      [
        left('Strategy'),
        right('Age of the login (s)'),
        right('Server'),
        left('Took it before'),
        right('Asked after'),
        right('Accepted'),
        right('Accepted for (s)'),
        right('Left of a token’s life (s)'),
      ],
      variants.flatMap(({ variant, logins }) =>
        logins.flatMap(({ ageSeconds, instances }) =>
          instances.map((door) => [
            variant,
            ageSeconds.toFixed(2),
            String(door.instance),
            door.acceptedBefore ? 'yes' : 'no',
            String(door.asked),
            String(door.accepted),
            (door.acceptedForMs / 1000).toFixed(2),
            Math.max(0, tokenLifeSeconds - ageSeconds).toFixed(2),
          ]),
        ),
      ),
    ),
  ];
}
