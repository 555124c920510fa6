import { logInAll } from '../../load/credentials.js';
import type { StageInstance } from '../lane-instances.js';
import type { Fault } from './fault.js';

/** Nobody else knows it, and it is put back. */
const OTHER_PASSWORD = 'another one of a drill, long enough';

/**
 * Somebody whose credential was stolen changes the password: what the thief has must end. Each person has one login
 * here, and it is the one that is watched; the answer gives its owner a new one, which is not.
 */
export const passwordChange: Fault = {
  title: 'a user changes the password: earlier logins of that user are to end',
  undoTitle: 'the old password is set again',
  async apply({ lanes, password }) {
    const change = (current: string, next: string) => ({
      ...{
        method: 'PUT',
        path: '/me/password',
        body: { currentPassword: current, newPassword: next },
      },
    });
    const changed = await Promise.all(
      lanes.map(async (lane) => {
        const person = lane.people().find(({ state }) => state === 'good');
        if (!person) return null;
        const status = await lane.endLogin(person, change(password, OTHER_PASSWORD));
        return status !== null && status < 300 ? { lane, person } : null;
      }),
    );
    return async () => {
      for (const each of changed.splice(0)) {
        if (each === null) continue;
        const { lane, person } = each;
        const instance = lane.instances.all[(person.boundTo ?? 1) - 1] as StageInstance;
        const [own] = await logInAll(instance.origin, [person.user], OTHER_PASSWORD);
        await lane.ask(instance, {
          ...change(OTHER_PASSWORD, password),
          headers: own?.credential ?? {},
        });
      }
    };
  },
};
