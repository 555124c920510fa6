import { alive, counters as countersSchema, ready } from '../answer-schemas.js';
import type { DescribedInstance } from '../instance.js';
import type { Operation } from '../operation.js';

/** src/api/routes/health-routes.ts */
export function healthOperations({ counters }: DescribedInstance): Operation[] {
  return [
    {
      id: 'isAlive',
      method: 'get',
      path: '/livez',
      tag: 'health',
      summary: 'Whether the process runs',
      access: 'anyone',
      answers: [{ status: 200, description: 'It does.', schema: alive }],
    },
    {
      id: 'isReady',
      method: 'get',
      path: '/readyz',
      tag: 'health',
      summary: 'Whether every store that this instance needs answers',
      access: 'anyone',
      answers: [{ status: 200, description: 'They do.', schema: ready }],
      problems: ['shutting_down'],
      uses: ['database', 'strategy'],
    },
    ...(counters ? [countersOperation] : []),
  ];
}

const countersOperation: Operation = {
  id: 'readCounters',
  method: 'get',
  path: '/counters',
  tag: 'health',
  summary: 'How many requests were answered, by status, and how late the event loop was',
  access: 'anyone',
  answers: [{ status: 200, description: 'Counts since the start.', schema: countersSchema }],
};
