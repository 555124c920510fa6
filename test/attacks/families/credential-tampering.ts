import { expectProblem } from '../../support/api-client.js';
import { type AttackFamily, everywhere } from '../attack.js';

/** A real credential with something about it changed. */
export const credentialTampering: AttackFamily = {
  name: 'credential-tampering',
  attacks: [
    {
      title: 'one character changed, at the front, at the end and in between',
      outcome: everywhere,
      run: async (target) => {
        const { secret } = target.ada;
        const last = secret.length - 1;
        const positions = new Set(
          Array.from({ length: 16 }, (_, step) => Math.round((last * step) / 15)),
        );
        for (const position of positions) {
          const other = secret[position] === 'A' ? 'B' : 'A';
          await target.refuses(secret.slice(0, position) + other + secret.slice(position + 1));
        }
      },
    },
    {
      title: 'cut short or made longer',
      outcome: everywhere,
      run: async (target) => {
        const { secret } = target.ada;
        const half = secret.slice(0, secret.length / 2);
        for (const changed of [secret.slice(1), secret.slice(0, -1), `${secret}A`, half, 'A']) {
          await target.refuses(changed);
        }
      },
    },
    {
      title: 'in other letters, or with the two halves swapped',
      outcome: everywhere,
      run: async (target) => {
        const { secret } = target.ada;
        const middle = Math.floor(secret.length / 2);
        const swapped = secret.slice(middle) + secret.slice(0, middle);
        for (const changed of [secret.toUpperCase(), secret.toLowerCase(), swapped]) {
          await target.refuses(changed);
        }
      },
    },
    {
      title: 'the halves of the credentials of two users put together',
      outcome: everywhere,
      run: async (target) => {
        const [ada, bob] = [target.ada.secret, target.bob.secret];
        const middle = Math.floor(Math.min(ada.length, bob.length) / 2);
        await target.refuses(ada.slice(0, middle) + bob.slice(middle));
        await target.refuses(ada.slice(0, -8) + bob.slice(-8));
      },
    },
    {
      title: 'the words that programs write where nothing is',
      outcome: everywhere,
      run: async (target) => {
        const words = ['null', 'undefined', 'true', '0', '[object', 'NaN', 'admin', '..', '{}'];
        for (const word of words) {
          await target.refuses(word);
        }
      },
    },
    {
      title: 'no value at all',
      outcome: everywhere,
      run: (target) =>
        target.stores.unchanged(async () => {
          const answer = await target.me(target.carry(''));
          const { carrier } = target.module.description;
          expectProblem(
            answer,
            401,
            carrier === 'cookie' ? 'credential_invalid' : 'credential_missing',
          );
        }),
    },
  ],
};
