import { endLogins, type Fault, nothingToUndo } from './fault.js';

export const logoutAll: Fault = {
  title: 'everybody logs out at the same moment',
  undoTitle: null,
  async apply(stage) {
    await endLogins(stage, Number.POSITIVE_INFINITY);
    return nothingToUndo;
  },
};
