/**
 * How the lab and an agent know each other: each proves that it has the token of the run by a digest over numbers
 * that both have drawn. The token itself does not cross the network, and what was overheard proves nothing a second
 * time. What follows is not encrypted (docs/agents.md).
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { PROTOCOL } from './protocol.js';

/** Whoever knows the token may have load sent. */
export const LEAST_TOKEN_LENGTH = 16;

export function drawToken(): string {
  return randomBytes(24).toString('base64url');
}

export function drawNonce(): string {
  return randomBytes(18).toString('base64url');
}

/** @param by whose proof it is: that of one end is none of the other */
export function proofOf(
  token: string,
  by: 'lab' | 'agent',
  nonces: { lab: string; agent: string },
): string {
  return createHmac('sha256', token)
    .update([by, PROTOCOL, nonces.lab, nonces.agent].join('\n'))
    .digest('base64url');
}

/** In constant time. */
export function isProof(given: string, expected: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(expected)];
  return one.length === other.length && timingSafeEqual(one, other);
}
