import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';

/** Types are those that every database of dialects/ has; the migrations say what the columns are. */
@Entity({ name: 'posts' })
export class Post {
  @PrimaryGeneratedColumn('increment', { type: 'int' })
  id!: number;

  @Column({ name: 'owner_id', type: 'int' })
  ownerId!: number;

  @Column({ type: 'text' })
  title!: string;

  @Column({ type: 'text' })
  body!: string;

  /** Who acted for the owner when it was last written; null: the owner did. */
  @Column({ name: 'acted_by', type: 'text', nullable: true })
  actedBy!: string | null;

  /** Grows with each change. Not part of what clients see: their entity tag is made of it. */
  @Column({ type: 'int', default: 1, select: false })
  version!: number;

  @Column({ name: 'created_at', type: Date, default: () => 'now()' })
  createdAt!: Date;

  @Column({ name: 'updated_at', type: Date, default: () => 'now()' })
  updatedAt!: Date;
}
