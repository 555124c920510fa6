import { eachFirst, type Fault } from './fault.js';

export const instanceFreeze: Fault = {
  title: 'one of the instances stands still',
  undoTitle: 'it goes on',
  async apply(stage) {
    await eachFirst(stage, async (instance) => instance.freeze());
    return () => eachFirst(stage, async (instance) => instance.thaw());
  },
};
