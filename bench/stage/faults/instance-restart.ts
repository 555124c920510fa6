import { eachFirst, type Fault, nothingToUndo } from './fault.js';

export const instanceRestart: Fault = {
  title: 'one of the instances is asked to leave and started again, as in a deployment',
  undoTitle: null,
  async apply(stage) {
    await eachFirst(stage, async (instance) => {
      await instance.leave();
      await instance.start();
    });
    return nothingToUndo;
  },
};
