import type { EntityManager } from 'typeorm';
import type { RotationSettings, TokenAlgorithm } from '../../../config/settings.js';
import { StartupError } from '../../../server/errors.js';
import { type Algorithm, algorithms } from './algorithms.js';
import { publishSecondsMin } from './publish-delay.js';
import { createKeySealer, makeSealedKey, openSealedKey } from './sealed-key.js';
import {
  changeSigningKeys,
  deleteSigningKeysEndedBefore,
  endSigningKeys,
  insertSigningKey,
  readSigningKeys,
} from './signing-key-rows.js';

export type RotationPlan = Pick<
  RotationSettings,
  | 'algorithm'
  | 'tokenSecret'
  | 'publishSeconds'
  | 'compromised'
  | 'keyRefreshSeconds'
  | 'tokenTtlSeconds'
>;

export interface Rotation {
  readonly kid: string;
  readonly alg: TokenAlgorithm;
  readonly signsFrom: Date;
  readonly oldKeysEndAt: Date;
}

/** Tokens are signed until the very moment the new key takes over, by clocks that differ a little. */
const END_MARGIN_SECONDS = 60;
/** Ended keys do nothing; for a day they tell an operator what happened. */
const KEEP_ENDED_MS = 24 * 60 * 60 * 1000;

/**
 * Makes the next key and gives the ones before it their end: published now, signing after the
 * publish delay, the old ones verifying until the last token they signed has died.
 *
 * @throws StartupError `config_invalid`, `keys_unreadable`; the table is then as it was
 */
export async function rotateKeys(
  manager: EntityManager,
  plan: RotationPlan,
  now: () => number,
): Promise<Rotation> {
  const alg = plan.algorithm ?? (await onlyAlgorithm(manager, now()));
  const publishSeconds = plan.compromised ? 0 : checkedPublishSeconds(plan, algorithms[alg]);
  const sealer = createKeySealer(plan.tokenSecret);
  const key = await makeSealedKey(sealer, algorithms[alg]);

  return changeSigningKeys(manager, async (transaction) => {
    const time = now();
    const before = await readSigningKeys(transaction, alg, time);
    // A key sealed under a secret that the instances do not have would stop them.
    await Promise.all(before.map((row) => openSealedKey(sealer, row)));

    // Never before a key that is waiting for its turn: that one would sign after its end was set.
    const earliest = Math.max(...before.map((row) => row.signsFrom.getTime()));
    const signsFrom = plan.compromised
      ? time
      : Math.max(time + publishSeconds * 1000, earliest + 1);
    const oldKeysEndAt = plan.compromised
      ? time
      : signsFrom + (plan.tokenTtlSeconds + END_MARGIN_SECONDS) * 1000;

    const ends = { alg, endsAt: new Date(oldKeysEndAt), shorten: plan.compromised };
    await endSigningKeys(transaction, ends);
    await insertSigningKey(transaction, { ...key, signsFrom: new Date(signsFrom) }, time);
    await deleteSigningKeysEndedBefore(transaction, new Date(time - KEEP_ENDED_MS));
    return { kid: key.kid, alg, signsFrom: new Date(signsFrom), oldKeysEndAt: ends.endsAt };
  });
}

function checkedPublishSeconds(
  { publishSeconds, keyRefreshSeconds }: RotationPlan,
  { symmetric }: Algorithm,
): number {
  const least = publishSecondsMin(keyRefreshSeconds, symmetric);
  if (publishSeconds < least) {
    throw new StartupError(
      'config_invalid',
      `KEY_PUBLISH_SECONDS must be at least ${least}: before that, not every instance and cache ` +
        `has seen the new key (KEY_REFRESH_SECONDS is ${keyRefreshSeconds})`,
    );
  }
  return publishSeconds;
}

async function onlyAlgorithm(manager: EntityManager, now: number): Promise<TokenAlgorithm> {
  const rows = await readSigningKeys(manager, undefined, now);
  const [alg, ...others] = new Set(rows.map((row) => row.alg));
  if (alg === undefined) {
    throw new StartupError(
      'config_invalid',
      'there are no keys to rotate: the first instance makes the first one; KEY_ALG makes one now',
    );
  }
  if (others.length > 0) {
    throw new StartupError(
      'config_invalid',
      `KEY_ALG is required: the table signing_keys has keys for ${[alg, ...others].join(', ')}`,
    );
  }
  return alg;
}
