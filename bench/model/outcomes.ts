/** What an answer can have been. Apart from the schemas, so that a page in a browser can have it without them. */
export const OUTCOMES = [
  'right',
  'wrongly-accepted',
  'resurrected',
  'wrongly-refused',
  'unavailable',
  'unexpected',
] as const;

export type Outcome = (typeof OUTCOMES)[number];
