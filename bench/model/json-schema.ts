import { z } from 'zod';
import { crowdResultSchema } from './crowd-schema.js';
import { drillResultSchema } from './drill-schema.js';
import { resultSchema } from './result-schema.js';

/** The shape of result.json for readers in any language (JSON Schema 2020-12). */
export function resultJsonSchema(): object {
  return {
    title: 'Result of a run of the session and token laboratory',
    ...z.toJSONSchema(resultSchema, { target: 'draft-2020-12' }),
  };
}

/** The same of crowd.json. */
export function crowdJsonSchema(): object {
  return {
    title: 'Result of a crowd of the session and token laboratory',
    ...z.toJSONSchema(crowdResultSchema, { target: 'draft-2020-12' }),
  };
}

/** The same of drill.json. */
export function drillJsonSchema(): object {
  return {
    title: 'Result of drills of the session and token laboratory',
    ...z.toJSONSchema(drillResultSchema, { target: 'draft-2020-12' }),
  };
}
