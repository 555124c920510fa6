import { BODY_BYTES_MAX } from '../../../src/api/body.js';
import type { Fields, ObjectSchema } from './kinds.js';

/**
 * Bodies that a schema refuses, made from it: with nothing in them, without a field, with one too many,
 * and with each field of another type, too short or too long.
 */
export function invalidBodies(schema: ObjectSchema, valid: Fields, mediaType: string): Fields[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const without = (name: string) =>
    Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));
  return [
    {},
    ...required.map(without),
    ...(additionalProperties === false ? [{ ...valid, unexpected: 1 }] : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      [...invalidValues(property), ...(isJson(mediaType) ? ofNoText(property) : [])].map(
        (value) => ({
          ...valid,
          [name]: value,
        }),
      ),
    ),
  ];
}

function invalidValues(property: Fields): unknown[] {
  const { type, minLength, maxLength, format, const: only } = property;
  if (type !== 'string') {
    const { minimum, maximum } = property;
    return [
      'of another type',
      ...(typeof minimum === 'number' ? [minimum - 1, minimum + 0.5] : []),
      ...(typeof maximum === 'number' ? [maximum + 1] : []),
    ];
  }
  return [
    ...(typeof minLength === 'number' && minLength > 0 ? ['x'.repeat(minLength - 1)] : []),
    ...(typeof maxLength === 'number' ? ['x'.repeat(maxLength + 1)] : []),
    ...(format === undefined ? [] : ['not of that format']),
    ...(only === undefined ? [] : ['something else']),
  ];
}

/** JSON has types; in a form all is text. */
function ofNoText({ type }: Fields): unknown[] {
  return [null, {}, type === 'integer' ? true : 1];
}

/** Bodies that no schema sees, because they cannot be read. */
export function unreadableBodies(mediaType: string): { text: string; type: string }[] {
  const texts = [
    'x'.repeat(BODY_BYTES_MAX + 1),
    ...(isJson(mediaType) ? ['', '{"', '[]', 'null', '"text"'] : []),
  ];
  return [
    ...texts.map((text) => ({ text, type: mediaType })),
    { text: 'text', type: 'text/plain' },
  ];
}

function isJson(mediaType: string): boolean {
  return mediaType.endsWith('json');
}
