import { endLogins, type Fault, nothingToUndo } from './fault.js';

export const logoutOne: Fault = {
  title: 'one user logs out, at the first instance',
  undoTitle: null,
  async apply(stage) {
    await endLogins(stage, 1);
    return nothingToUndo;
  },
};
