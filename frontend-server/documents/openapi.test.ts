import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { operations } from '../operations/table.ts';
import { catalogue } from './catalogue.ts';
import type { JsonSchema } from './json-schemas.ts';
import { openApiOf } from './openapi.ts';

const document = openApiOf(catalogue);
type Tree = Record<string, unknown>;
const paths = document['paths'] as Record<string, Record<string, Tree>>;

/** Every object in the document, with where it is. */
function* parts(value: unknown, at = '#'): Generator<[string, Tree]> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield [at, value as Tree];
  for (const [name, inner] of Object.entries(value)) {
    yield* parts(inner, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  }
}

const all = [...parts(document)];

describe('the OpenAPI document', () => {
  it('is valid OpenAPI 3.1', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  });

  it('has a path for every route of every operation, and an operationId for each', () => {
    const ids = all.flatMap(([, part]) => ('operationId' in part ? [part['operationId']] : []));
    expect(new Set(ids).size).toBe(ids.length);
    for (const { method, paths: routes, name } of operations) {
      for (const route of routes) {
        const item = paths[route.replaceAll(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()];
        expect(item?.['x-rpc-method'], `${method} ${route}`).toBe(name);
      }
    }
  });

  it('tells how an event stream may be refused', () => {
    const codes = Object.keys(paths['/v1/events']?.['get']?.['responses'] ?? {});
    expect(codes).toEqual(expect.arrayContaining(['401', '403', '422', '429', '503']));
  });

  it('points with every $ref at something that is there, and keeps what is used', () => {
    const refs = new Set(all.flatMap(([, part]) =>
      (typeof part['$ref'] === 'string' ? [part['$ref']] : [])));
    const places = new Set(all.map(([at]) => at));
    expect([...refs].filter((ref) => !places.has(ref))).toEqual([]);
    const named = all.map(([at]) => at)
      .filter((at) => /^#\/components\/(schemas|responses)\/[^/]+$/.test(at));
    expect(named.filter((at) => !refs.has(at))).toEqual([]);
  });

  it('closes what is sent and leaves open what is given', () => {
    const body = paths['/v1/orders']?.['post']?.['requestBody'] as
      { content: { 'application/json': { schema: JsonSchema } } };
    expect(body.content['application/json'].schema['additionalProperties']).toBe(false);
    const { schemas } = document['components'] as { schemas: Record<string, JsonSchema> };
    expect(schemas['Order']?.['additionalProperties']).toBeUndefined();
    expect(schemas['MoneyInput']?.['additionalProperties']).toBe(false);
  });

  it('says in a sentence what each operation and each of its parameters is', () => {
    const mute = all.filter(([at, part]) =>
      (/\/parameters\/\d+$/.test(at) && !('$ref' in part) && part['description'] === undefined)
      || ('operationId' in part && !/^[A-Z].*\.$/.test(String(part['summary']))));
    expect(mute).toEqual([]);
  });

  it('is free of patterns beside formats and of limits that are those of numbers', () => {
    const noisy = all.filter(([, part]) =>
      (part['format'] !== undefined && part['pattern'] !== undefined)
      || part['maximum'] === Number.MAX_SAFE_INTEGER);
    expect(noisy).toEqual([]);
  });
});
