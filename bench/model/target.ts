/** A deployment that the lab did not start, and what it said of itself before the run. */
import { z } from 'zod';

export const targetSchema = z
  .object({
    addresses: z
      .array(
        z.object({
          url: z.string().describe('As given, for instance "http://lab.example:3000".'),
          origin: z.string().describe('What was connected to: a name is looked up once.'),
          ofThisMachine: z.boolean(),
        }),
      )
      .describe('What connections are spread over.'),
    credential: z.string().describe('Header that carries it: "Cookie" or "Authorization".'),
    runtime: z.string().nullable().describe('Version of Node.js, as it says; null: it does not.'),
    cpuFrom: z
      .literal('metrics')
      .nullable()
      .describe('Where the CPU time of its processes was read; null: it is not known.'),
    cpuUnknown: z.string().optional().describe('Why it is not known, as a sentence.'),
    readingCpuMs: z
      .number()
      .nonnegative()
      .optional()
      .describe('CPU time that one reading itself cost it; taken out of each window.'),
    answers: z
      .array(z.object({ workload: z.string(), bytes: z.int(), sha256: z.string() }))
      .describe('To the request that every target was asked before the load.'),
  })
  .describe('Of a deployment that the lab did not start: all that is known of it.');
