import Router from 'koa-router';

/**
 * Letters, digits and `-._~` with a percent sign: another spelling of the same URL (RFC 3986, sections
 * 2.3 and 6.2.2.2), which nobody has a reason to send.
 */
const NEEDLESSLY_ENCODED = /%(?:2[de]|3\d|[46][1-9a-f]|[57][\da]|5f|7e)/i;

const SEGMENTS_LOGGED_MAX = 6;
const HIDDEN = '***';

/**
 * A router that knows each path in one spelling: with its letters, without a slash behind, and with
 * nothing encoded that need not be. A proxy in front compares paths as text. Whatever it denies must not
 * be had under another name.
 */
export class ExactRouter extends Router {
  #words: ReadonlySet<string> | undefined;

  constructor() {
    super({ strict: true, sensitive: true });
  }

  override match(path: string, method: string): Router.IRoutesMatch {
    return path.includes('%') && NEEDLESSLY_ENCODED.test(path)
      ? { path: [], pathAndMethod: [], route: false }
      : super.match(path, method);
  }

  /** A path that no route has, for the log: what is no word of a route may be a secret. */
  redacted(path: string): string {
    this.#words ??= new Set(this.stack.flatMap((route) => String(route.path).split('/')));
    const segments = path.split('/', SEGMENTS_LOGGED_MAX);
    return segments.map((segment) => (this.#words?.has(segment) ? segment : HIDDEN)).join('/');
  }
}
