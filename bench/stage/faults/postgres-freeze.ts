import type { Fault } from './fault.js';

export const postgresFreeze: Fault = {
  title: 'PostgreSQL stands still, with all connections open',
  undoTitle: 'it goes on',
  async apply({ database }) {
    database.signal('SIGSTOP');
    return async () => database.signal('SIGCONT');
  },
};
