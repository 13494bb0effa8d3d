import { z } from 'zod';
import { exitCodes, Failure } from '../../client/failure.ts';
import type { Screen } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { columnsOf, fit, wrap } from '../../client/view/width.ts';

/** What rpc.discover says, in words. */

const text = z.string();
const method = z.object({
  name: text,
  summary: text.default(''),
  description: text.default(''),
  params: z.array(z.object({
    name: text,
    required: z.boolean().default(false),
    description: text.default(''),
    schema: z.unknown(),
  })).default([]),
});
export type Method = z.infer<typeof method>;

const document = z.object({ methods: z.array(method) });

/** The methods of an OpenRPC document, by name. Throws a Failure when it is none. */
export function methodsIn(discovered: unknown): Method[] {
  const parsed = document.safeParse(discovered);
  if (parsed.success) {
    return parsed.data.methods.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }
  throw new Failure({
    code: 'answer', exitCode: exitCodes.failed,
    what: 'The answer to rpc.discover is no OpenRPC document.',
    fixes: ['check that --url names an Orderly front end of this version'],
  });
}

const firstSentence = (words: string): string => /^.*?[.!?](?=\s|$)/s.exec(words)?.[0] ?? words;

export function methodList(methods: readonly Method[], { width, paint }: Screen): string {
  const names = methods.map(({ name }) => told(name, 64));
  const room = Math.max(0, ...names.map(columnsOf)) + 2;
  return methods.map(({ summary }, at) => {
    const name = names[at] ?? '';
    const pad = ' '.repeat(room - columnsOf(name));
    return `${paint.bold(name)}${pad}${fit(told(firstSentence(summary)), width - room)}`.trimEnd();
  }).join('\n');
}

const typeOf = (schema: unknown): string => {
  const { type, enum: words } = z.object({
    type: z.union([text, z.array(text)]).optional(), enum: z.array(z.unknown()).optional(),
  }).catch({}).parse(schema);
  if (words !== undefined) return words.map(String).join('|');
  return Array.isArray(type) ? type.join('|') : type ?? 'any';
};

/** All about one method. */
export function methodText(
  { name, summary, description, params }: Method, { width, paint }: Screen,
): string {
  const lines = [
    paint.bold(told(name, 64)),
    ...wrap(told(summary, 2_000), width), ...wrap(told(description, 2_000), width),
    ...(params.length === 0 ? ['', 'It takes no params.'] : ['', 'Params:']),
  ];
  for (const one of params) {
    const must = one.required ? ', required' : '';
    lines.push(`  ${paint.bold(told(one.name, 64))}  ${told(typeOf(one.schema), 200)}${must}`);
    if (one.description === '') continue;
    lines.push(...wrap(told(one.description, 2_000), width - 6).map((line) => `      ${line}`));
  }
  return lines.join('\n');
}
