import type { z } from 'zod';
import { assert } from '../../shared/runtime/assert.ts';
import type { Example } from '../operations/operation.ts';
import type { JsonSchema, JsonSchemas } from './json-schemas.ts';
import { memberDoc } from './member-docs.ts';

/** The params of operations and streams, member by member. Pure. */

export type Members = Record<string, JsonSchema>;

export interface Params {
  members: Members;
  required: ReadonlySet<string>;
}

/** What is sent, as members with a description each. */
export function paramsOf(
  { name, params }: { name: string; params: z.ZodType }, schemas: JsonSchemas,
): Params {
  const schema = schemas.input(params);
  assert(schema['type'] === 'object', `the params of ${name} are an object`);
  const members = Object.entries((schema['properties'] ?? {}) as Members)
    .map(([member, it]): [string, JsonSchema] => {
      const description = it['description'] ?? memberDoc(member);
      return [member, description === undefined ? it : { description, ...it }];
    });
  return {
    members: Object.fromEntries(members),
    required: new Set((schema['required'] ?? []) as string[]),
  };
}

/** A member as an OpenAPI parameter of the path or query, with the value of the example. */
export function parameter(
  name: string, place: 'path' | 'query', { params, example }: { params: Params; example: Example },
): JsonSchema {
  const { description, ...schema } = params.members[name] ?? {};
  const value = example.params[name];
  return {
    name, in: place, required: place === 'path' || params.required.has(name),
    ...description !== undefined && { description }, schema,
    ...value !== undefined && { example: value },
  };
}
