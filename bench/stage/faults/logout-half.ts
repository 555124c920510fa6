import { endLogins, type Fault, nothingToUndo } from './fault.js';

export const logoutHalf: Fault = {
  title: 'half of the users log out at the same moment',
  undoTitle: null,
  async apply(stage) {
    await endLogins(stage, 0.5);
    return nothingToUndo;
  },
};
