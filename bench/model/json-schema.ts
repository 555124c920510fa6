import { z } from 'zod';
import { drillResultSchema } from './drill-schema.js';
import { resultSchema } from './result-schema.js';

/** The shape of result.json for readers in any language (JSON Schema 2020-12). */
export function resultJsonSchema(): object {
  return {
    title: 'Result of a run of the session and token laboratory',
    ...z.toJSONSchema(resultSchema, { target: 'draft-2020-12' }),
  };
}

/** The same of drill.json. */
export function drillJsonSchema(): object {
  return {
    title: 'Result of drills of the session and token laboratory',
    ...z.toJSONSchema(drillResultSchema, { target: 'draft-2020-12' }),
  };
}
