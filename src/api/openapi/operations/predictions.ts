import { prediction as predictionSchema } from '../answer-schemas.js';
import type { DescribedInstance } from '../instance.js';
import type { Operation } from '../operation.js';
import { predictionText } from '../request-schemas.js';

/** src/api/routes/prediction-routes.ts */
export function predictionOperations({ prediction }: DescribedInstance): Operation[] {
  return [
    {
      id: 'predict',
      method: 'post',
      path: '/predictions',
      tag: 'predictions',
      summary: 'Ask whether a text is spam',
      description: 'Nothing is stored, so the request may be repeated.',
      access: 'posts:read',
      body: { kind: 'json', schema: predictionText },
      answers: [{ status: 200, description: 'What the model says.', schema: predictionSchema }],
      problems: [
        'unsupported_language',
        // On the event loop of the instance there is nothing that could be away.
        ...(prediction === 'in-process' ? [] : (['prediction_unavailable'] as const)),
      ],
    },
  ];
}
