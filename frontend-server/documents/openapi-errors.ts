import type { ErrorCode } from '../../shared/contract/errors.ts';
import { ERRORS } from '../../shared/contract/errors.ts';
import type { JsonSchema } from './json-schemas.ts';
import { headerRefs } from './openapi-headers.ts';

/** Failures as OpenAPI answers: problem+json, one answer for each status with its codes. */

const text = { type: 'string' } as const;

/** Every code that the front end may answer. */
export const publicCodes = (Object.keys(ERRORS) as ErrorCode[])
  .filter((code) => ERRORS[code].advice !== null);

export const problemSchemas: Readonly<Record<string, JsonSchema>> = {
  Problem: {
    description: 'A failure (RFC 9457). More members may follow, by code.',
    type: 'object',
    properties: {
      type: { ...text, format: 'uri-reference', description: 'A page about the code.' },
      title: { ...text, description: 'What the code means, always the same words.' },
      status: { type: 'integer', minimum: 400, maximum: 599 },
      detail: { ...text, description: 'What happened this time.' },
      instance: { ...text, description: 'The path of the request.' },
      code: { ...text, description: 'For programs; the same in REST, JSON-RPC and the CLI.' },
      request_id: { ...text, description: 'Names the request in our logs.' },
      retryable: {
        type: 'boolean',
        description: 'True: the same request, with the same key, may succeed later.',
      },
      errors: { type: 'array', items: { $ref: '#/components/schemas/Issue' } },
    },
    required: ['type', 'title', 'status', 'detail', 'instance', 'code', 'request_id', 'retryable'],
  },
  Issue: {
    description: 'One thing wrong with a request.',
    type: 'object',
    properties: {
      pointer: { ...text, description: 'A JSON Pointer (RFC 6901) into what was sent.' },
      code: text,
      detail: text,
    },
    required: ['pointer', 'code', 'detail'],
  },
};

const wordOf = (code: string): string =>
  code.split('_').map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join('');

const headersFor = (status: number): string[] => [
  ...status === 429 || status === 503 ? ['Retry-After'] : [],
  ...status === 401 ? ['WWW-Authenticate'] : [],
];

const problemContent = (schema: JsonSchema): JsonSchema =>
  ({ 'application/problem+json': { schema } });

const answerOf = (status: number, codes: readonly ErrorCode[]): JsonSchema => ({
  description: codes.map((code) => `\`${code}\`: ${ERRORS[code].sentence}`).join('\n\n'),
  headers: headerRefs(headersFor(status)),
  content: problemContent({
    allOf: [
      { $ref: '#/components/schemas/Problem' },
      {
        type: 'object',
        properties: { status: { const: status }, code: { enum: codes } },
      },
    ],
  }),
});

/** The answers to failures; the same set of codes is written down once. */
export class ErrorAnswers {
  readonly #answers = new Map<string, JsonSchema>([
    ['OtherProblem', {
      description: 'Any other failure: see /docs/errors.',
      headers: headerRefs([]),
      content: problemContent({ $ref: '#/components/schemas/Problem' }),
    }],
  ]);

  get components(): Record<string, JsonSchema> {
    return Object.fromEntries([...this.#answers].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** By status, and `default`. */
  of(codes: readonly ErrorCode[]): Record<string, JsonSchema> {
    const statuses = [...new Set(codes.map((code) => ERRORS[code].http))];
    const refs: Record<string, JsonSchema> = {};
    for (const status of statuses.toSorted((x, y) => x - y)) {
      const group = [...new Set(codes)].filter((code) => ERRORS[code].http === status)
        .toSorted((x, y) => (x < y ? -1 : 1));
      refs[String(status)] = this.#answer(status, group);
    }
    refs['default'] = { $ref: '#/components/responses/OtherProblem' };
    return refs;
  }

  /** Kept under a name while that name is readable. */
  #answer(status: number, codes: readonly ErrorCode[]): JsonSchema {
    const answer = answerOf(status, codes);
    if (codes.length > 2) return answer;
    const name = codes.map(wordOf).join('Or');
    this.#answers.set(name, answer);
    return { $ref: `#/components/responses/${name}` };
  }
}
