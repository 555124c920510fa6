import { Column, Entity, PrimaryColumn } from 'typeorm';

/** Drivers give whole numbers of 64 bits as text; milliseconds since the epoch fit into a number. */
const milliseconds = { to: (value: number) => value, from: Number };

/** A request that a client may send again: one key of one user, and what became of it. */
@Entity({ name: 'idempotency_keys' })
export class IdempotencyKey {
  @PrimaryColumn({ name: 'user_id', type: 'int' })
  userId!: number;

  /** SHA-256, in hex: as long whatever the key, and compared letter by letter by every collation. */
  @PrimaryColumn({ name: 'key_hash', type: 'varchar', length: 64 })
  keyHash!: string;

  /** SHA-256, in hex, of what was asked for. */
  @Column({ type: 'varchar', length: 64 })
  fingerprint!: string;

  /** Random: which of several requests with the key is at work, or was. */
  @Column({ type: 'varchar', length: 32 })
  claim!: string;

  /** From then on another request may take over: the one at work has died. */
  @Column({ name: 'claimed_until_ms', type: 'bigint', transformer: milliseconds })
  claimedUntilMs!: number;

  @Column({ name: 'expires_at_ms', type: 'bigint', transformer: milliseconds })
  expiresAtMs!: number;

  /** What is needed to give the answer again; null while the request is under way. */
  @Column({ type: 'text', nullable: true })
  answer!: string | null;
}
