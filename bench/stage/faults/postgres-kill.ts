import type { Fault } from './fault.js';

export const postgresKill: Fault = {
  title: 'PostgreSQL is killed, and stays away',
  undoTitle: 'it is started again, with what was on its disk',
  async apply({ database }) {
    await database.kill();
    return () => database.start();
  },
};
