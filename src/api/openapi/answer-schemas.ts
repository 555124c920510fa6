import * as z from 'zod';
import { ID_MAX } from '../../auth/credentials/storable-values.js';
import { SCOPES } from '../../auth/strategy.js';
import { LABELS } from '../../prediction/model/classifier.js';
import { PROBLEMS, type ProblemCode } from '../../server/errors.js';
import { postBody } from '../request-bodies.js';
import type { NamedSchema } from './named-schema.js';

/**
 * What the API answers, but for credentials (credential-schemas.ts). Tests hold answers against these;
 * a running instance does not, because what it answers comes from its own code.
 */

const id = z.int().min(1).max(ID_MAX);
export const time = z.iso.datetime();
export const NOON = '2026-01-01T12:00:00.000Z';

const probability = z.number().min(0).max(1);

const count = z.int().min(0);
const milliseconds = z.number().min(0);

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

const post = z.strictObject({
  id,
  ownerId: id,
  actedBy: z.string().nullable().describe('The client that wrote it for the owner, or null.'),
  ...postBody.schema.shape,
  createdAt: time,
  updatedAt: time,
});

export const ANSWERS = {
  User: {
    schema: z.strictObject({ id, email: z.email().max(254), name: z.string() }),
    description: 'A user, as they see themselves.',
    examples: [{ id: 1, email: 'ada@example.test', name: 'Ada' }],
  },
  Post: {
    schema: post,
    description: 'A post.',
    examples: [
      {
        id: 42,
        ownerId: 1,
        actedBy: null,
        title: 'Hello',
        body: 'My first post',
        createdAt: NOON,
        updatedAt: NOON,
      },
    ],
  },
  PostPage: {
    schema: z.strictObject({
      items: z.array(post),
      nextCursor: z.string().nullable().describe('Opaque; null on the last page.'),
    }),
    description: 'Posts, newest first.',
    examples: [{ items: [], nextCursor: null }],
  },
  Prediction: {
    schema: z.strictObject({
      label: z.enum(LABELS).describe('The more probable one.'),
      probabilities: z.strictObject({ ham: probability, spam: probability }),
      model: z.string().describe('Name of the model that says so.'),
      passages: z
        .array(
          z.strictObject({
            start: z.int().min(0).describe('Place of its first character, in UTF-16 code units.'),
            end: z.int().min(1).describe('Place after its last character.'),
            spam: probability,
          }),
        )
        .max(10)
        .exactOptional()
        .describe('Most suspicious first; present where `passages` asked for them.'),
    }),
    description: 'What the model says of a text. `spam` is mass mail that nobody asked for.',
    examples: [{ label: 'spam', probabilities: { ham: 0.25, spam: 0.75 }, model: 'spam-1' }],
  },
  Principal: {
    schema: z.strictObject({
      id: id.describe('Of the user.'),
      scope: z.array(z.enum(SCOPES)),
      actor: z.string().nullable().describe('Who acts for the user, or null.'),
    }),
    description: 'What a credential allows.',
    examples: [{ id: 1, scope: ['posts:read'], actor: 'post-scheduler' }],
  },
  Alive: {
    schema: z.strictObject({ status: z.literal('alive') }),
    description: 'The process runs.',
    examples: [{ status: 'alive' }],
  },
  Ready: {
    schema: z.strictObject({ status: z.literal('ready') }),
    description: 'Every store that the instance needs answers.',
    examples: [{ status: 'ready' }],
  },
  Counters: {
    schema: z.strictObject({
      requests: z.strictObject({ completed: count, byStatus: z.record(z.string(), count) }),
      eventLoop: z.strictObject({
        delays: z
          .array(z.tuple([milliseconds, count]))
          .describe('Upper bound and count of each bucket that has any.'),
        activeMs: milliseconds,
        idleMs: milliseconds,
      }),
      heap: z
        .strictObject({
          usedBytes: count,
          majorCollections: count.describe('Of the whole heap.'),
          minorCollections: count.describe('Of the young generation.'),
          collectingMs: milliseconds.describe('Time in which JavaScript stood still for them.'),
        })
        .describe('What lies in the heap, and what the garbage collector did.'),
    }),
    description:
      'Answers that were handed to the socket, how late the event loop was, and what the garbage collector did.',
    examples: [
      {
        requests: { completed: 3, byStatus: { 200: 3 } },
        eventLoop: { delays: [[0.125, 1200]], activeMs: 80.5, idleMs: 5919.5 },
        heap: {
          usedBytes: 24_000_000,
          majorCollections: 2,
          minorCollections: 15,
          collectingMs: 21.4,
        },
      },
    ],
  },
  OpenApi: {
    schema: z.looseObject({ openapi: z.string() }),
    description: 'A document of OpenAPI 3.1.',
    examples: [{ openapi: '3.1.1' }],
  },
  /** RFC 9457. */
  Problem: {
    schema: z.strictObject({
      type: z.string().describe('A URI that names the kind of problem.'),
      title: z.string(),
      status: z.int().min(400).max(599),
      code: z.enum(codes).describe('Stable: match on this, never on the sentences.'),
      detail: z.string().optional().describe('What to do.'),
      issues: z
        .array(z.strictObject({ path: z.string(), message: z.string() }))
        .optional()
        .describe('The fields that are wrong; the path is empty for the body as a whole.'),
      error: z.string().optional().describe('For clients of OAuth 2.0 (RFC 6749, section 5.2).'),
    }),
    description: 'Why a request was not done (RFC 9457).',
    examples: [
      {
        type: 'urn:session-token-lab:problem:credential_missing',
        title: PROBLEMS.credential_missing.title,
        status: 401,
        code: 'credential_missing',
      },
    ],
  },
} satisfies Record<string, NamedSchema>;

export type AnswerName = keyof typeof ANSWERS;
