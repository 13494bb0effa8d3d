import type { ErrorCode } from '../../shared/contract/errors.ts';
import { ERRORS } from '../../shared/contract/errors.ts';
import { assert } from '../../shared/runtime/assert.ts';
import { version } from '../../shared/runtime/version.ts';
import type { PublicOperation } from '../operations/operation.ts';
import { topics } from '../operations/topics.ts';
import type { Catalogue } from './catalogue.ts';
import type { JsonSchema } from './json-schemas.ts';
import { JsonSchemas } from './json-schemas.ts';
import { memberDoc } from './member-docs.ts';
import { accessWords, errorsOf, resultOf } from './operation-facts.ts';

/** The OpenRPC 1.3 document of the operations table, which rpc.discover answers. Pure. */

/** Stands for a key that whoever calls makes. */
export const exampleKey = 'an-example-0001';

function paramsOf(operation: PublicOperation, schemas: JsonSchemas): JsonSchema[] {
  const schema = schemas.input(operation.params);
  assert(schema['type'] === 'object', `the params of ${operation.name} are an object`);
  const required = new Set((schema['required'] ?? []) as string[]);
  const members = Object.entries((schema['properties'] ?? {}) as Record<string, JsonSchema>);
  return members.map(([name, member]) => {
    const description = member['description'] ?? memberDoc(name);
    const isRequired = required.has(name)
      || (name === 'if_version' && operation.ifMatch === 'required');
    return {
      name, required: isRequired, ...description !== undefined && { description }, schema: member,
    };
  });
}

/** The params of the example, with a key and a version where they have to be. */
export const exampleParams = ({ example, key, ifMatch }: PublicOperation): JsonSchema => ({
  ...example.params,
  ...key === 'required' && { idempotency_key: exampleKey },
  ...ifMatch === 'required' && { if_version: 1 },
});

function exampleOf(operation: PublicOperation): JsonSchema {
  const { result } = operation.example;
  return {
    name: operation.name,
    params: Object.entries(exampleParams(operation)).map(([name, value]) => ({ name, value })),
    ...result !== undefined && { result: { name: 'result', value: result } },
  };
}

function methodOf(operation: PublicOperation, schemas: JsonSchemas): JsonSchema {
  return {
    name: operation.name,
    summary: operation.doc,
    description: `For ${accessWords[operation.access]}.`,
    tags: [{ name: topics[operation.topic].title }],
    paramStructure: 'by-name',
    params: paramsOf(operation, schemas),
    result: { name: 'result', schema: schemas.output(resultOf(operation)) },
    errors: errorsOf(operation).map((code) => ({ $ref: `#/components/errors/${code}` })),
    examples: [exampleOf(operation)],
  };
}

const discover: JsonSchema = {
  name: 'rpc.discover',
  summary: 'This document.',
  paramStructure: 'by-name',
  params: [],
  result: { name: 'OpenRPC Schema', schema: { type: 'object' } },
};

const errorOf = (code: ErrorCode): JsonSchema =>
  ({ code: ERRORS[code].rpc, message: ERRORS[code].sentence, data: { code } });

/** The whole document. */
export function openRpcOf({ operations }: Pick<Catalogue, 'operations'>): JsonSchema {
  const schemas = new JsonSchemas('#/components/schemas');
  const methods = operations.map((operation) => methodOf(operation, schemas));
  const codes = [...new Set(operations.flatMap(errorsOf))];
  return {
    openrpc: '1.3.2',
    info: {
      title: 'Orderly',
      version,
      description: 'JSON-RPC 2.0 at POST /rpc, with the same operations as REST. Params are given '
        + 'by name; a batch holds at most 50 requests, carried out in no particular order. '
        + 'Authorization is a header of the HTTP request. The data of an error holds the code '
        + 'word, which is the one that REST gives.',
      license: { name: 'MIT' },
    },
    servers: [{ name: 'front end', url: '/rpc' }],
    methods: [...methods, discover],
    components: {
      schemas: schemas.named,
      errors: Object.fromEntries(codes.map((code) => [code, errorOf(code)])),
    },
  };
}
