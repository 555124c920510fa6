import type { StageInstance } from '../lane-instances.js';
import { type Fault, nothingToUndo } from './fault.js';

const LOGINS = 12;

export const loginHerd: Fault = {
  title: `${LOGINS} people log in at the same moment`,
  undoTitle: null,
  async apply({ lanes, password }) {
    await Promise.all(
      lanes.flatMap((lane) =>
        Array.from({ length: LOGINS }, (_, index) => {
          const { all } = lane.instances;
          const { user } = lane.people()[index % lane.people().length] ?? {};
          return lane.ask(all[index % all.length] as StageInstance, {
            ...{ method: 'POST', path: '/auth/login', body: { email: user?.email, password } },
          });
        }),
      ),
    );
    return nothingToUndo;
  },
};
