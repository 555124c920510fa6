import type { Post } from '../data/post.js';

/** One entity tag of a request: the text between its quotes (RFC 9110, section 8.8.3). */
interface EntityTag {
  readonly opaque: string;
  readonly weak: boolean;
}

/** What If-Match and If-None-Match hold: tags, or any there is. */
export type EntityTags = '*' | readonly EntityTag[];

/**
 * The strong entity tag of a post, its quotes included. The version alone tells one state of a post
 * from the next. The time tells it from a post that got the same ID in tables that were emptied.
 */
export function entityTagOf({ id, version, updatedAt }: Post): string {
  return `"${id}-${version}-${updatedAt.getTime().toString(36)}"`;
}

/** One element of the list; RFC 9110, section 5.6.1.2, lets elements be empty. Obsolete text counts. */
const ELEMENT = /[ \t]*(?:(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"[ \t]*)?(?:,|$)/y;

/** @returns undefined when it is not what RFC 9110, sections 13.1.1 and 13.1.2, allow */
export function parseEntityTags(header: string): EntityTags | undefined {
  if (header.trim() === '*') {
    return '*';
  }
  const tags: EntityTag[] = [];
  ELEMENT.lastIndex = 0;
  while (ELEMENT.lastIndex < header.length) {
    const match = ELEMENT.exec(header);
    if (match === null) {
      return undefined;
    }
    const [, weak, opaque] = match;
    if (opaque !== undefined) {
      tags.push({ opaque, weak: weak !== undefined });
    }
  }
  return tags.length > 0 ? tags : undefined;
}

/** Strong comparison: a weak tag is equal to none (RFC 9110, section 8.8.3.2). */
export function matchesStrongly(tags: EntityTags, current: string): boolean {
  return tags === '*' || tags.some(({ opaque, weak }) => !weak && `"${opaque}"` === current);
}

/** Weak comparison: only what stands between the quotes counts. */
export function matchesWeakly(tags: EntityTags, current: string): boolean {
  return tags === '*' || tags.some(({ opaque }) => `"${opaque}"` === current);
}
