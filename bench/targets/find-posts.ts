/** Which posts can be asked for at every target alike: the same ids, one after the other, with none missing. */
import { z } from 'zod';
import type { SeededPosts } from '../load/workload.js';
import { LabError } from '../model/errors.js';
import { askTarget } from './ask-target.js';
import { jsonOf } from './log-in.js';
import type { TargetAddress } from './target-address.js';

const PAGE = 100;
const MOST_PAGES = 10;
/** Fewer would measure how a few rows are kept in memory. */
const LEAST_POSTS = 50;

const pageSchema = z.object({
  items: z.array(z.object({ id: z.int() })),
  nextCursor: z.string().max(500).nullable(),
});

/** @returns the ids of its newest posts @throws LabError TARGET_WITHOUT_POSTS, and those of askTarget */
export async function newestPosts(
  name: string,
  address: TargetAddress,
  credential: Record<string, string>,
  signal?: AbortSignal,
): Promise<number[]> {
  const ids: number[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page++) {
    const query = new URLSearchParams({ limit: String(PAGE), ...(cursor !== null && { cursor }) });
    const { status, text } = await askTarget(address, {
      path: `/posts?${query}`,
      headers: credential,
      signal,
    });
    const read = pageSchema.safeParse(jsonOf(text));
    if (status !== 200 || !read.success) {
      throw new LabError(
        'TARGET_WITHOUT_POSTS',
        `${name} (${address.url}) does not list its posts: GET /posts answers ${status}.`,
      );
    }
    ids.push(...read.data.items.map(({ id }) => id));
    cursor = read.data.nextCursor;
    if (cursor === null) break;
  }
  return ids;
}

/**
 * The longest run of ids that every target has.
 *
 * @throws LabError TARGET_POSTS_DIFFER
 */
export function commonPosts(
  targets: readonly { name: string; ids: readonly number[] }[],
): SeededPosts {
  const [first, ...others] = targets.map(({ ids }) => new Set(ids));
  const common = [...(first ?? [])].filter((id) => others.every((ids) => ids.has(id)));
  const { firstId, lastId } = longestRun(common.sort((a, b) => a - b));
  const count = lastId - firstId + 1;
  if (count >= LEAST_POSTS) return { firstId, lastId };
  const each = targets.map(({ name, ids }) => `${name} ${ids.length}`).join(', ');
  throw new LabError(
    'TARGET_POSTS_DIFFER',
    `The targets have no ${LEAST_POSTS} posts in a row in common, so they cannot be asked for the same (looked at the newest: ${each}). Seed them alike (seed.js), or take --workloads me.`,
  );
}

function longestRun(ids: readonly number[]): SeededPosts {
  let best = { firstId: 0, lastId: -1 };
  let firstId = ids[0] ?? 0;
  for (const [index, id] of ids.entries()) {
    if (index > 0 && id !== (ids[index - 1] as number) + 1) firstId = id;
    if (id - firstId > best.lastId - best.firstId) best = { firstId, lastId: id };
  }
  return best;
}
