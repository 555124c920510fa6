import { LabError } from '../../model/errors.js';
import { type Fault, nothingToUndo } from './fault.js';

export const nginxReload: Fault = {
  title: 'nginx reads its configuration anew, as after a deployment (nginx -s reload)',
  undoTitle: null,
  needs: 'web',
  async apply({ lanes }) {
    const webs = lanes.flatMap(({ instances }) => instances.web ?? []);
    if (webs.length === 0) {
      throw new LabError('FAULT_UNAVAILABLE', 'No lane of this stage stands behind nginx.');
    }
    await Promise.all(webs.map((web) => web.reload()));
    return nothingToUndo;
  },
};
