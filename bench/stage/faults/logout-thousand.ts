import { setTimeout as delay } from 'node:timers/promises';
import { endLogin, type Fault, nothingToUndo } from './fault.js';

/** Logged in beside the people of a lane, where more than one instance can know them. */
export const CROWD = 1000;
/** As many at a time as come in a tenth of a second. */
const WITHIN_MS = 5000;
const EVERY_MS = 100;

export const logoutThousand: Fault = {
  title: `${CROWD} people log out within ${WITHIN_MS / 1000} seconds`,
  undoTitle: null,
  async prepare({ lanes }) {
    await Promise.all(lanes.map((lane) => lane.addCrowd(CROWD)));
  },
  async apply({ lanes }) {
    await Promise.all(
      lanes.map(async (lane) => {
        const leaving = lane
          .people()
          .filter(({ isOfCrowd, state }) => isOfCrowd && state === 'good');
        const asked: Promise<unknown>[] = [];
        const ofATurn = Math.ceil((leaving.length * EVERY_MS) / WITHIN_MS);
        for (let from = 0; from < leaving.length; from += ofATurn) {
          asked.push(...leaving.slice(from, from + ofATurn).map((each) => endLogin(lane, each)));
          await delay(EVERY_MS);
        }
        await Promise.all(asked);
      }),
    );
    return nothingToUndo;
  },
};
