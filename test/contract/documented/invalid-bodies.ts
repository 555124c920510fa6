import type { Fields, ObjectSchema } from './requests.js';

/**
 * Bodies that a schema refuses, made from it: with nothing in them, without a field, with one too many,
 * and with each field of another type, too short or too long.
 */
export function invalidBodies(schema: ObjectSchema, valid: Fields): Fields[] {
  const { properties = {}, required = [], additionalProperties } = schema;
  const without = (name: string) =>
    Object.fromEntries(Object.entries(valid).filter(([key]) => key !== name));
  return [
    {},
    ...required.map(without),
    ...(additionalProperties === false ? [{ ...valid, unexpected: 1 }] : []),
    ...Object.entries(properties).flatMap(([name, property]) =>
      invalidValues(property).map((value) => ({ ...valid, [name]: value })),
    ),
  ];
}

function invalidValues({ type, minLength, maxLength, format, const: only }: Fields): unknown[] {
  if (type !== 'string') {
    return ['of another type', null];
  }
  return [
    ...(typeof minLength === 'number' && minLength > 0 ? ['x'.repeat(minLength - 1)] : []),
    ...(typeof maxLength === 'number' ? ['x'.repeat(maxLength + 1)] : []),
    ...(format === undefined ? [] : ['not of that format']),
    ...(only === undefined ? [] : ['something else']),
  ];
}

/** JSON has types; in a form all is text. */
export function invalidJsonValues(schema: ObjectSchema, valid: Fields): Fields[] {
  return Object.keys(schema.properties ?? {}).flatMap((name) =>
    [null, 1, {}].map((value) => ({ ...valid, [name]: value })),
  );
}
