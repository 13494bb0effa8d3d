import metaSchemaModule from '@open-rpc/meta-schema';
import { Ajv } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { ERRORS, isErrorCode } from '../../shared/contract/errors.ts';
import { operations } from '../operations/table.ts';
import type { JsonSchema } from './json-schemas.ts';
import { openRpcOf } from './openrpc.ts';

interface Param {
  name: string;
  required: boolean;
  schema: JsonSchema;
}

interface Method {
  name: string;
  params: Param[];
  result: { schema: JsonSchema };
  errors?: { $ref: string }[];
  examples?: { params: { name: string; value: unknown }[]; result?: { value: unknown } }[];
}

const document = openRpcOf({ operations });
const methods = document['methods'] as Method[];

/**
 * The schema of OpenRPC documents. It refers to one of JSON Schema at an address that nobody
 * fetches here: another test sees to the schemas.
 */
function metaSchema(): JsonSchema {
  // The package says one thing about its form to TypeScript and another to Node.
  const given = metaSchemaModule as unknown as { default?: JsonSchema } & JsonSchema;
  const text = JSON.stringify({ ...given.default ?? given, $schema: undefined });
  return JSON.parse(text.replaceAll(/"\$ref":"https:[^"]*"/g, '"type":["object","string"]')) as
    JsonSchema;
}

describe('the OpenRPC document', () => {
  it('is valid OpenRPC 1.3', () => {
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const isValid = ajv.compile(metaSchema());
    expect(isValid(document) ? null : isValid.errors).toBeNull();
  });

  it('has schemas that can be used, and examples that keep to them', () => {
    const ajv = new Ajv2020({ strict: true, validateFormats: false, allowUnionTypes: true });
    const { schemas: named } = document['components'] as { schemas: JsonSchema };
    const inDocument = (schema: JsonSchema): JsonSchema =>
      JSON.parse(JSON.stringify(schema)
        .replaceAll('"#/components/schemas/', '"doc:orderly#/$defs/')) as JsonSchema;
    ajv.addSchema({ $id: 'doc:orderly', $defs: inDocument(named) });
    for (const { name, params, result, examples } of methods) {
      const schemas = new Map(params.map((it) => [it.name, ajv.compile(inDocument(it.schema))]));
      const isResult = ajv.compile(inDocument(result.schema));
      for (const example of examples ?? []) {
        const given = example.params.map((it) => it.name);
        expect(params.filter((it) => it.required && !given.includes(it.name)), name).toEqual([]);
        const wrong = example.params.filter((it) => schemas.get(it.name)?.(it.value) !== true);
        expect(wrong, name).toEqual([]);
        expect(example.result === undefined || isResult(example.result.value), name).toBe(true);
      }
    }
  });

  it('describes each operation and itself, with the errors of the table', () => {
    expect(methods.map(({ name }) => name))
      .toEqual([...operations.map(({ name }) => name), 'rpc.discover']);
    const { errors } = document['components'] as { errors: Record<string, { code: number }> };
    for (const [code, { code: rpc }] of Object.entries(errors)) {
      const row = isErrorCode(code) ? ERRORS[code] : null;
      expect([row?.rpc, row?.advice]).toEqual([rpc, expect.any(String)]);
    }
    const refs = methods.flatMap((method) => (method.errors ?? []).map(({ $ref }) => $ref));
    expect(refs.filter((ref) => !Object.hasOwn(errors, ref.split('/').at(-1) ?? ''))).toEqual([]);
  });
});
