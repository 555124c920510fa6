import { rotateKeys } from '../../fleet/service-commands.js';
import { type Fault, nothingToUndo } from './fault.js';

export const keyRotation: Fault = {
  title: 'the key that signs tokens is replaced in order: old tokens stay good',
  undoTitle: null,
  async apply({ serviceEnvironment, guardian }) {
    await rotateKeys(serviceEnvironment, guardian);
    return nothingToUndo;
  },
};
