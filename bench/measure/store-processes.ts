import type { ProcessHolder } from '../fleet/held-processes.js';
import type { Stores } from '../stores/open.js';
import { databases, sessionStores } from '../stores/registry.js';
import type { MeasuredProcess } from './snapshot.js';

/** The stores of a run, to be read as their products say. The name of a product is the id of its tier. */
export function storeProcesses(
  { sessionStore, database }: Pick<Stores, 'sessionStore' | 'database'>,
  holder: Pick<ProcessHolder, 'sessionStore' | 'database'>,
): MeasuredProcess[] {
  return [
    {
      tier: sessionStore.name,
      name: sessionStore.name,
      pid: sessionStore.pid,
      held: holder.sessionStore,
      readUsage: () => sessionStores[sessionStore.name].readUsage(sessionStore),
      isMetered: true,
    },
    {
      tier: database.name,
      name: database.name,
      pid: database.pid,
      held: holder.database,
      readUsage: () => databases[database.name].readUsage(database),
    },
  ];
}
