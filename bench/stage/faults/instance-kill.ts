import { eachFirst, type Fault } from './fault.js';

export const instanceKill: Fault = {
  title: 'one of the instances is killed',
  undoTitle: 'it is started again',
  async apply(stage) {
    await eachFirst(stage, (instance) => instance.kill());
    return () => eachFirst(stage, (instance) => instance.start());
  },
};
