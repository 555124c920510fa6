import { eachFirst, type Fault } from './fault.js';

/** In the past, as of the first instance. */
const MINUTES = 10;

export const clockBehind: Fault = {
  title: `the clock of one instance goes ${MINUTES} minutes slow`,
  undoTitle: 'it is put right',
  needs: 'instruments',
  async apply(stage) {
    await eachFirst(stage, (instance) => instance.shiftClock(-MINUTES * 60_000));
    return () => eachFirst(stage, (instance) => instance.shiftClock(0));
  },
};
