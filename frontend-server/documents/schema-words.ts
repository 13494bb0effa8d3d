import type { JsonSchema } from './json-schemas.ts';

/** JSON Schemas as rows for readers. Pure. */

/** One member, with those inside it named by a path: `lines[].sku`. */
export interface MemberRow {
  name: string;
  required: boolean;
  /** In words; a named schema is between the marks of `linkMarks`. */
  type: string;
  description: string | null;
}

/** Around the name of a schema in `type`, for whoever makes links of them. */
export const linkMarks = ['\u2039', '\u203a'] as const;

const nested = 4;

const isRecord = (value: unknown): value is JsonSchema =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

const isNull = (schema: unknown): boolean => isRecord(schema) && schema['type'] === 'null';

function between(low: unknown, high: unknown): string | null {
  const [from, to] = [low, high].map((end) => (typeof end === 'number' ? end : null));
  if (from === null || from === undefined) {
    return to === null || to === undefined ? null : `up to ${to}`;
  }
  return to === null || to === undefined ? `from ${from}` : `${from} to ${to}`;
}

function textWords(schema: JsonSchema): string {
  const { format, minLength, maxLength } = schema;
  const kind = typeof format === 'string' ? format : 'text';
  const length = between(minLength, maxLength);
  return length === null ? kind : `${kind}, ${length} characters`;
}

function listWords(schema: JsonSchema): string {
  const count = between(schema['minItems'], schema['maxItems']);
  return `${count === null ? 'list' : `list, ${count},`} of ${typeWords(schema['items'])}`;
}

function kindWords(schema: JsonSchema): string {
  const { type } = schema;
  switch (type) {
    case 'string': return textWords(schema);
    case 'integer':
    case 'number': {
      const range = between(schema['minimum'], schema['maximum']);
      return range === null ? type : `${type}, ${range}`;
    }
    case 'array': return listWords(schema);
    case 'object': return 'object';
    case 'boolean': return 'true or false';
    case 'null': return 'null';
    default: return Array.isArray(type) ? type.join(' or ') : 'anything';
  }
}

/** A schema in a few words. */
export function typeWords(schema: unknown): string {
  if (!isRecord(schema)) return 'anything';
  const { $ref, enum: values, anyOf, oneOf } = schema;
  if (typeof $ref === 'string') {
    return `${linkMarks[0]}${$ref.split('/').at(-1) ?? ''}${linkMarks[1]}`;
  }
  if ('const' in schema) return JSON.stringify(schema['const']);
  if (Array.isArray(values)) return values.map((value) => JSON.stringify(value)).join(' | ');
  const choices = list(anyOf ?? oneOf);
  if (choices.length > 0) return [...new Set(choices.map(typeWords))].join(' or ');
  const words = kindWords(schema);
  return schema['default'] === undefined
    ? words : `${words}; ${JSON.stringify(schema['default'])} when absent`;
}

/** The one object inside: of a list, or of "it or null". */
function innerOf(schema: unknown): { schema: JsonSchema; suffix: string } | null {
  if (!isRecord(schema)) return null;
  if (isRecord(schema['properties'])) return { schema, suffix: '' };
  if (schema['type'] === 'array') {
    const inner = innerOf(schema['items']);
    return inner === null ? null : { ...inner, suffix: `[]${inner.suffix}` };
  }
  const choices = list(schema['anyOf'] ?? schema['oneOf']).filter((choice) => !isNull(choice));
  return choices.length === 1 ? innerOf(choices[0]) : null;
}

/** The members of an object, and of the unnamed objects inside it. */
export function memberRows(schema: JsonSchema, prefix = '', depth = 0): MemberRow[] {
  const members = isRecord(schema['properties']) ? schema['properties'] : {};
  const required = new Set(list(schema['required']));
  return Object.entries(members).flatMap(([member, value]) => {
    const name = `${prefix}${member}`;
    const said = isRecord(value) ? value['description'] : undefined;
    const row: MemberRow = {
      name, required: required.has(member), type: typeWords(value),
      description: typeof said === 'string' ? said : null,
    };
    const inner = depth < nested ? innerOf(value) : null;
    return inner === null
      ? [row] : [row, ...memberRows(inner.schema, `${name}${inner.suffix}.`, depth + 1)];
  });
}
