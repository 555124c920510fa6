import { rotateKeys } from '../../fleet/service-commands.js';
import { type Fault, nothingToUndo } from './fault.js';

/**
 * The emergency: somebody else has the key. Every token that it signed is to end at once, so wherever a credential is
 * such a token, all logins have ended; everybody else is to notice nothing.
 */
export const keyWithdrawal: Fault = {
  title: 'the key that signs tokens has leaked, and is withdrawn at once',
  undoTitle: null,
  async apply({ lanes, serviceEnvironment, guardian }) {
    const signed = lanes.filter(
      ({ strategy: { carrier, needs } }) => carrier === 'bearer' && needs.includes('tokenKeys'),
    );
    const withdrawn = rotateKeys({ ...serviceEnvironment, KEY_COMPROMISED: 'on' }, guardian);
    await Promise.all(signed.map((lane) => lane.endAll(() => withdrawn)));
    await withdrawn;
    return nothingToUndo;
  },
};
