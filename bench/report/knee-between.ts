/** Nearer to a whole number than this, the number is said by itself. */
const NEAR = 0.1;

/** Where growth ends, in whole servers: one number, or the two that it lies between. At least one. */
export function kneeBetween(servers: number): { low: number; high: number } {
  const near = Math.max(1, Math.round(servers));
  if (servers < 1 || Math.abs(servers - near) <= NEAR) return { low: near, high: near };
  return { low: Math.floor(servers), high: Math.ceil(servers) };
}
