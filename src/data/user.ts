import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/**
 * Types are those that every database of dialects/ has; the migrations say what the columns are.
 * E-mail addresses are unique without regard to case: the index is on lower(email).
 */
@Entity({ name: 'users' })
export class User {
  @PrimaryGeneratedColumn('increment', { type: 'int' })
  id!: number;

  @Column({ type: 'text' })
  email!: string;

  @Column({ type: 'text' })
  name!: string;

  /** argon2id in PHC string form. */
  @Column({ name: 'password_hash', type: 'text' })
  passwordHash!: string;

  /** Set while an operator keeps the account shut. */
  @Column({ name: 'disabled_at', type: Date, nullable: true })
  disabledAt!: Date | null;

  /** Grows with each password change and disabling. */
  @Column({ name: 'credentials_version', type: 'int', default: 1 })
  credentialsVersion!: number;

  /** Set while the password is being changed; in the past when that was never finished. */
  @Column({ name: 'password_change_until', type: Date, nullable: true })
  passwordChangeUntil!: Date | null;

  @Column({ name: 'created_at', type: Date, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: Date, default: () => 'now()' })
  updatedAt!: Date;
}
