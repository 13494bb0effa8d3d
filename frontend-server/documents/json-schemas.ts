import { z } from 'zod';
import { assert } from '../../shared/runtime/assert.ts';
import { schemaNames } from './schema-names.ts';

/** The contract's schemas as JSON Schema 2020-12, with the named ones kept apart. */

export type JsonSchema = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const names = z.registry<{ id: string }>();
for (const [id, schema] of schemaNames) names.add(schema, { id });

type Use = 'input' | 'output';

/** Keywords that say nothing to a reader: a format says more than its pattern, and 2^53 - 1. */
const isNoise = (schema: Record<string, unknown>, keyword: string): boolean =>
  (keyword === 'pattern' && schema['format'] !== undefined)
  || (keyword === 'maximum' && schema[keyword] === Number.MAX_SAFE_INTEGER)
  || keyword === '$schema' || keyword === 'id';

/**
 * All schemas of one document. What we take is closed; what we give may get members that clients
 * must ignore, so `additionalProperties: false` stays out of it.
 */
export class JsonSchemas {
  readonly #root: string;
  readonly #named = new Map<string, JsonSchema>();

  /** `root`: where the document keeps its named schemas, as in `#/components/schemas`. */
  constructor(root: string) {
    this.#root = root;
  }

  /** The named schemas that have been used so far, by name. */
  get named(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#named].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Of what callers send. */
  input(schema: z.ZodType): JsonSchema {
    return this.#of(schema, 'input');
  }

  /** Of what they get. */
  output(schema: z.ZodType): JsonSchema {
    return this.#of(schema, 'output');
  }

  #of(schema: z.ZodType, use: Use): JsonSchema {
    // The root of a JSON Schema can not be a reference to itself: one more level around it.
    const whole = z.toJSONSchema(z.strictObject({ it: schema }), {
      metadata: names, io: use, unrepresentable: 'any',
    });
    const definitions = isRecord(whole['$defs']) ? whole['$defs'] : {};
    const targets = this.#targets(definitions, use);
    for (const [name, target] of targets) {
      this.#named.set(target, tidy(definitions[name], use, this.#refTo(targets)));
    }
    const it = whole.properties?.['it'];
    assert(isRecord(it), 'a JSON Schema of an object shows its members');
    return tidy(it, use, this.#refTo(targets));
  }

  /** The name of each definition here: one that is sent in another form than given has its own. */
  #targets(definitions: Record<string, unknown>, use: Use): Map<string, string> {
    const identity = (name: string): string => `${this.#root}/${name}`;
    return new Map(Object.entries(definitions).map(([name, schema]) => {
      const isSame = JSON.stringify(tidy(schema, 'input', identity))
        === JSON.stringify(tidy(schema, 'output', identity));
      return [name, use === 'output' || isSame ? name : `${name}Input`];
    }));
  }

  #refTo(targets: Map<string, string>): (name: string) => string {
    return (name) => `${this.#root}/${targets.get(name) ?? name}`;
  }
}

const definitionPrefix = '#/$defs/';

function tidy(value: unknown, use: Use, refTo: (name: string) => string): Record<string, unknown> {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (!isRecord(part)) return part;
    const { $ref } = part;
    if (typeof $ref === 'string') return { $ref: refTo($ref.slice(definitionPrefix.length)) };
    return Object.fromEntries(Object.entries(part).flatMap(([keyword, inner]) => {
      if (use === 'output' && keyword === 'additionalProperties' && inner === false) return [];
      if (isNoise(part, keyword) && !isRecord(inner)) return [];
      return [[keyword, walk(inner)]];
    }));
  };
  const tidied = walk(value);
  assert(isRecord(tidied), 'a schema is an object');
  return tidied;
}
