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
type Tree = Record<string, unknown>;

/** A name that zod makes up: of JSON in JSON, say. */
const isMadeUp = (name: string): boolean => name.startsWith('__');

/** Keywords that say nothing to a reader: a format says more than its pattern, and 2^53 - 1. */
const isNoise = (schema: Record<string, unknown>, keyword: string): boolean =>
  (keyword === 'pattern' && schema['format'] !== undefined)
  || (keyword === 'maximum' && schema[keyword] === Number.MAX_SAFE_INTEGER)
  || keyword === '$schema' || keyword === 'id';

/** JSON Schema of a value that is always inside something: the root can not be a reference. */
function convert(schema: z.ZodType, use: Use): { it: Tree; definitions: Tree } {
  const whole = z.toJSONSchema(z.strictObject({ it: schema }), {
    metadata: names, io: use, unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // What `describe` says is kept by zod, and not in our own list of names.
      const description = z.globalRegistry.get(zodSchema as unknown as z.ZodType)?.description;
      if (description !== undefined) jsonSchema.description = description;
    },
  });
  const it = whole.properties?.['it'];
  assert(isRecord(it), 'a JSON Schema of an object shows its members');
  return { it, definitions: isRecord(whole['$defs']) ? whole['$defs'] : {} };
}

/** The named schemas as zod gives them; the same in every document. */
class Definitions {
  readonly #found: Readonly<Record<Use, Map<string, Tree>>> =
    { input: new Map(), output: new Map() };
  readonly #asked = new Map<string, boolean>();

  of(name: string, use: Use): Tree {
    const found = this.#found[use];
    for (const [id, schema] of found.has(name) ? [] : schemaNames) {
      if (id === name) this.keep(convert(schema, use).definitions, use);
    }
    const definition = found.get(name);
    assert(definition !== undefined, `a schema is called ${name}`);
    return definition;
  }

  keep(definitions: Tree, use: Use): void {
    for (const [name, definition] of Object.entries(definitions)) {
      if (isRecord(definition)) this.#found[use].set(name, definition);
    }
  }

  /** True for what is sent in the same form as it is given. */
  isSame(name: string): boolean {
    const known = this.#asked.get(name);
    if (known !== undefined) return known;
    // One that holds itself is taken to be the same while this is found out.
    this.#asked.set(name, true);
    const refTo = (inner: string, use: Use): string =>
      (use === 'output' || this.isSame(inner) ? inner : `${inner}Input`);
    const text = (use: Use): string =>
      JSON.stringify(tidy(this.of(name, use), use, (inner) => refTo(inner, use)));
    const isSame = text('input') === text('output');
    this.#asked.set(name, isSame);
    return isSame;
  }
}

const definitions = new Definitions();

/**
 * All schemas of one document. What we take is closed; what we give may get members that clients
 * must ignore, so `additionalProperties: false` stays out of it.
 */
export class JsonSchemas {
  readonly #root: string;
  readonly #named = new Map<string, JsonSchema>();
  readonly #made: Readonly<Record<Use, Map<z.ZodType, JsonSchema>>> =
    { input: new Map(), output: new Map() };

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
    const known = this.#made[use].get(schema) ?? this.#make(schema, use);
    this.#made[use].set(schema, known);
    return known;
  }

  #make(schema: z.ZodType, use: Use): JsonSchema {
    const name = names.get(schema)?.id;
    if (name !== undefined) return { $ref: this.#refer(name, use) };
    const { it, definitions: found } = convert(schema, use);
    definitions.keep(found, use);
    return tidy(it, use, (inner) => this.#refer(inner, use));
  }

  /** A reference; what is sent in another form than given has a name of its own. */
  #refer(name: string, use: Use): string {
    const target = use === 'output' || definitions.isSame(name) ? name : `${name}Input`;
    if (!this.#named.has(target)) {
      this.#named.set(target, {});
      this.#named.set(target,
        tidy(definitions.of(name, use), use, (inner) => this.#refer(inner, use)));
    }
    return `${this.#root}/${target}`;
  }
}

const definitionPrefix = '#/$defs/';

function tidy(value: unknown, use: Use, refTo: (name: string) => string): Tree {
  const walk = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(walk);
    if (!isRecord(part)) return part;
    const { $ref } = part;
    if (typeof $ref === 'string') {
      const name = $ref.slice(definitionPrefix.length);
      return isMadeUp(name) ? {} : { $ref: refTo(name) };
    }
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
