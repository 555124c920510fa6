/** Tiers in the tables of a crowd. */
export const TIER_WORDS: Readonly<Record<string, string>> = {
  application: 'application',
  web: 'nginx',
  authority: 'authority',
  redis: 'Redis',
  postgres: 'PostgreSQL',
  loadGenerator: 'lab',
  kernel: "kernel's buffers",
};
