/**
 * What an answer says of how long a credential lives (`expires_in`: RFC 6749, section 5.1): whole seconds,
 * and never more than are left. Whoever relies on it must not be refused in the last of them.
 *
 * @param endsAt when whoever verifies it refuses it, in milliseconds since the epoch
 */
export function secondsLeft(endsAt: number, now: number): number {
  return Math.max(0, Math.floor((endsAt - now) / 1000));
}
