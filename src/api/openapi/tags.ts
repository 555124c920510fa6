/** In the order a reader meets them. */
export const TAGS = {
  login: 'Where a credential begins and ends.',
  account: 'Registration, and who am I.',
  posts: 'Everyone logged in reads all; only the owner, or who acts for them, changes one.',
  predictions: 'What a model says of a text.',
  sessions: 'My logins, to look at and to end.',
  tokens: 'What clients of OAuth 2.0 ask: renew, revoke, hand on, verify.',
  operator: 'What an operator does to an account. Needs the operator token.',
  health: 'What machines ask: alive, ready, how many.',
  documentation: 'This document, and the page that shows it.',
} as const;

export type TagName = keyof typeof TAGS;
