import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { expect, test } from 'vitest';
import type { Advice } from '../../../src/advise/advice.ts';
import { emptyAdvice, sampleAdvice } from './sample-advice.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const schema = JSON.parse(
  readFileSync(new URL('../../../advice.schema.json', import.meta.url), 'utf8'),
) as Json;

/** As it would be after `--json` and reading. */
function written(advice: Advice): { [key: string]: Json } {
  return JSON.parse(JSON.stringify(advice)) as { [key: string]: Json };
}

function compile(given: Json): ValidateFunction {
  return new Ajv({ allErrors: true }).compile(given as { [key: string]: Json });
}

/** The same schema, which allows no field that it does not name. */
function closed(given: Json): Json {
  if (Array.isArray(given)) return given.map(closed);
  if (given === null || typeof given !== 'object') return given;
  const entries = Object.entries(given).map(([key, value]) => [key, closed(value)] as const);
  const fields = given['type'] === 'object' && given['properties'] !== undefined;
  return Object.fromEntries([...entries, ...(fields ? [['additionalProperties', false] as const] : [])]);
}

test('the sample and an empty advice conform', () => {
  const validate = compile(schema);
  for (const advice of [sampleAdvice, emptyAdvice]) {
    expect(validate(written(advice)) || validate.errors).toBe(true);
  }
});

test('the schema names every field of the sample', () => {
  const validate = compile(closed(schema));
  expect(validate(written(sampleAdvice)) || validate.errors).toBe(true);
});

test('every field that the schema names must be there', () => {
  const missing: string[] = [];
  const look = (given: Json, path: string): void => {
    if (given === null || typeof given !== 'object') return;
    if (!Array.isArray(given) && given['type'] === 'object' && given['properties'] !== undefined) {
      const required = given['required'] as string[];
      for (const name of Object.keys(given['properties'] as object)) {
        if (!required.includes(name)) missing.push(`${path}.${name}`);
      }
    }
    for (const [key, value] of Object.entries(given)) look(value, `${path}/${key}`);
  };
  look(schema, '');
  expect(missing).toEqual([]);
});

test('what is broken does not conform, and the error says where', () => {
  const validate = compile(schema);
  const [first, ...rest] = sampleAdvice.sites;
  const broken = written({
    ...sampleAdvice,
    sites: [{ ...first, verdict: 'pool them', heldAtATime: Number.NaN, count: Number.NaN }, ...rest] as never,
  });
  delete broken['gc'];
  expect(validate({ ...broken, version: 2 })).toBe(false);
  expect(validate.errors?.map(({ instancePath, keyword }) => `${instancePath} ${keyword}`).sort()).toEqual([
    ' required',
    '/sites/0/count type',
    '/sites/0/verdict enum',
    '/version const',
  ]);
});
