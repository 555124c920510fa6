import * as z from 'zod';
import { weaknessOf } from '../secrets/secret-policy.js';

/** The kinds of variables: each checks the text of one and makes a value of it. */

export const toggle = z.enum(['on', 'off']);

export const autoToggle = z.enum(['auto', 'on', 'off']).default('auto');

/** base64url, decoded. */
export const secret = z.string().transform(decodeSecret);

/**
 * Without a prefix of its own: browsers give meaning to those that begin with two underscores
 * (RFC 6265bis, section 4.1.3), and the service adds the one that fits.
 */
export const cookieName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    'must be a name of 1 to 64 letters, digits, dots, dashes and underscores that begins with a letter or digit',
  );

/** With commas between. */
export const httpUrls = z.string().transform(decodeUrls);

/** With commas between, as they stand in tokens and posts. */
export const names = z.string().transform(decodeNames);

export function integer(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,10}$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(fallback);
}

export function decimal(min: number, max: number, fallback: number) {
  const message = `must be a number from ${min} to ${max}, with three decimals at most`;
  return z
    .string()
    .regex(/^\d{1,10}(\.\d{1,3})?$/, message)
    .transform(Number)
    .refine((value) => value >= min && value <= max, message)
    .default(fallback);
}

export function httpUrl(example: string) {
  return urlWithScheme(['http:', 'https:'], example);
}

function urlWithScheme(schemes: readonly string[], example: string) {
  return z.string().refine(
    (value) => URL.canParse(value) && schemes.includes(new URL(value).protocol),
    // The value itself may hold a password, so it is not repeated.
    `must be a URL such as ${example}`,
  );
}

function decodeSecret(text: string, ctx: z.RefinementCtx): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  const problem = /^[A-Za-z0-9_-]+$/.test(text)
    ? weaknessOf(bytes)
    : 'must be base64url without padding';
  if (problem !== undefined) {
    ctx.addIssue({ code: 'custom', message: problem });
  }
  return bytes;
}

function decodeUrls(text: string, ctx: z.RefinementCtx): readonly string[] {
  const urls = text.split(',').map((url) => url.trim());
  const isHttp = (url: string) => URL.canParse(url) && /^https?:$/.test(new URL(url).protocol);
  if (!urls.every(isHttp)) {
    ctx.addIssue({
      code: 'custom',
      message: 'must be URLs such as http://127.0.0.1:3000, with commas between',
    });
  }
  return urls;
}

function decodeNames(text: string, ctx: z.RefinementCtx): readonly string[] {
  const names = text.split(',').map((name) => name.trim());
  if (!names.every((name) => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))) {
    ctx.addIssue({
      code: 'custom',
      message: 'must be names of a-z, 0-9, dot, dash and underscore, with commas between',
    });
  }
  return names;
}
