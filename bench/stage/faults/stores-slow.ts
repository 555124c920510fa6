import { LabError } from '../../model/errors.js';
import type { Fault } from './fault.js';

const EACH_WAY_MS = 100;

export const storesSlow: Fault = {
  title: `the way to the stores takes ${EACH_WAY_MS} ms longer, each way`,
  undoTitle: 'it is short again',
  needs: 'instruments',
  async apply({ way }) {
    if (way === null) {
      throw new LabError('FAULT_UNAVAILABLE', 'This stage has no way of its own to the stores.');
    }
    way.setDelay(EACH_WAY_MS);
    return async () => way.setDelay(0);
  },
};
