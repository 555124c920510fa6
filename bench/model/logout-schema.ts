/** The shape of what the question of the logout found: `logout` in result.json. */
import { z } from 'zod';

const amount = z.number().nonnegative();
const count = z.int().nonnegative();

const doorOfInstance = z.object({
  instance: count.positive().describe('Counted from 1.'),
  acceptedBefore: z.boolean().describe('Whether it took the credential before the logout.'),
  asked: count.describe('Requests sent after the answer to the logout.'),
  accepted: count.describe('Of those.'),
  acceptedForMs: amount.describe(
    'From the answer to the logout until the last request that was accepted was sent; 0: none was.',
  ),
  refusedAtLast: z.boolean().describe('Whether it refused the credential when the asking ended.'),
});

const endedLogin = z.object({
  ageSeconds: amount.describe('Of the credential when it was logged out.'),
  instances: z.array(doorOfInstance),
});

const variantDoors = z.object({
  variant: z.string().describe('The id of a variant.'),
  logins: z.array(endedLogin).describe('Each of a user of its own, all logged out at one moment.'),
  failure: z.string().optional().describe('Why nothing, or not all, was measured.'),
});

export const logoutSchema = z
  .object({
    instances: count.positive().describe('Of each variant; the logout is sent to the first.'),
    tokenLifeSeconds: amount.describe('Of the access tokens of this measurement.'),
    configuredLifeSeconds: amount.describe('Of an access token where nobody says otherwise.'),
    everyMs: amount.describe('Between two requests to one instance with one credential.'),
    askedForSeconds: amount.describe('After the logout.'),
    variants: z.array(variantDoors),
  })
  .describe('For how long a login that was ended at one instance still opened doors.');

export type Logout = z.infer<typeof logoutSchema>;
export type VariantDoors = z.infer<typeof variantDoors>;
export type EndedLogin = z.infer<typeof endedLogin>;
