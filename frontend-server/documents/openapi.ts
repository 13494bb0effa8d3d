import { version } from '../../shared/runtime/version.ts';
import type { PublicOperation } from '../operations/operation.ts';
import { topics } from '../operations/topics.ts';
import type { Catalogue } from './catalogue.ts';
import type { JsonSchema } from './json-schemas.ts';
import { JsonSchemas } from './json-schemas.ts';
import { ErrorAnswers, problemSchemas } from './openapi-errors.ts';
import type { Shown } from './openapi-headers.ts';
import {
  answerHeaders, headerParameterRefs, headerParameters, headerRefs, successHeaders,
} from './openapi-headers.ts';
import { otherPaths, otherTag } from './openapi-other-paths.ts';
import type { Members, Params } from './openapi-params.ts';
import { paramsOf, parameter } from './openapi-params.ts';
import { streamItem } from './openapi-stream.ts';
import {
  accessWords, doorErrorsOf, errorsOf, hasBody, headerMembers, successesOf,
} from './operation-facts.ts';
import { operationId, pathNamesOf, templateOf } from './operation-paths.ts';

/** The OpenAPI 3.1 document of the operations table. Pure. */

const statusWords: Readonly<Record<number, string>> = {
  200: 'Done.', 201: 'Made.', 202: 'Stored on disk, and done as soon as a back end is there.',
  204: 'Done; there is nothing to show.', 303: 'It has become what Location names.',
};

/** The body of a request: what stands neither in the path nor in a header. */
function bodyOf(operation: PublicOperation, params: Params, inPath: ReadonlySet<string>): unknown {
  const isInBody = (name: string): boolean => !inPath.has(name) && !headerMembers.has(name);
  const members = Object.entries(params.members).filter(([name]) => isInBody(name));
  if (members.length === 0) return undefined;
  const required = [...params.required].filter(isInBody);
  const example = Object.entries(operation.example.params).filter(([name]) => isInBody(name));
  const schema = {
    type: 'object', properties: Object.fromEntries(members), additionalProperties: false,
    ...required.length > 0 && { required },
  };
  const content = { schema, ...example.length > 0 && { example: Object.fromEntries(example) } };
  return { required: required.length > 0, content: { 'application/json': content } };
}

/** By the members of what is shown: `version` makes an ETag, `next_cursor` makes a page. */
function shownIn(body: JsonSchema, schemas: JsonSchemas): Shown {
  const ref = body['$ref'];
  const named = typeof ref === 'string' ? schemas.named[ref.split('/').at(-1) ?? ''] : body;
  const members = (named?.['properties'] ?? {}) as Members;
  const { version: shown, next_cursor: cursor } = members;
  return { versioned: shown !== undefined, paged: cursor !== undefined };
}

const nothing: Shown = { versioned: false, paged: false };

interface Successes {
  answers: Record<string, JsonSchema>;
  shown: Shown;
}

function successAnswers(operation: PublicOperation, schemas: JsonSchemas): Successes {
  const answers: Record<string, JsonSchema> = {};
  let shown = nothing;
  for (const { status, body } of successesOf(operation)) {
    const schema = body === null ? null : schemas.output(body);
    const seen = schema === null ? nothing : shownIn(schema, schemas);
    if (status !== 202) shown = seen;
    answers[String(status)] = {
      description: statusWords[status] ?? 'Done.',
      headers: headerRefs(successHeaders(operation, status, seen)),
      ...schema !== null && { content: { 'application/json': { schema } } },
    };
  }
  if (operation.method === 'GET' && shown.versioned) {
    answers['304'] = { description: 'You have it already.', headers: headerRefs(['ETag']) };
  }
  return { answers, shown };
}

interface Parts {
  schemas: JsonSchemas;
  errors: ErrorAnswers;
}

function pathItem(
  operation: PublicOperation, path: string, { schemas, errors }: Parts,
): JsonSchema {
  const { example } = operation;
  const params = paramsOf(operation, schemas);
  const inPath = new Set(pathNamesOf(path));
  const inQuery = hasBody(operation)
    ? [] : Object.keys(params.members).filter((name) => !inPath.has(name));
  const { answers, shown } = successAnswers(operation, schemas);
  const body = hasBody(operation) ? bodyOf(operation, params, inPath) : undefined;
  return {
    operationId: operationId(operation, path),
    tags: [topics[operation.topic].title],
    summary: operation.doc,
    description: `For ${accessWords[operation.access]}. JSON-RPC: \`${operation.name}\`.`,
    'x-rpc-method': operation.name,
    security: operation.access === 'anyone' ? [{}, { bearer: [] }] : [{ bearer: [] }],
    parameters: [
      ...[...inPath].map((name) => parameter(name, 'path', { params, example })),
      ...inQuery.map((name) => parameter(name, 'query', { params, example })),
      ...headerParameterRefs(operation, shown),
    ],
    ...body !== undefined && { requestBody: body },
    responses: { ...answers, ...errors.of([...doorErrorsOf(operation), ...errorsOf(operation)]) },
  };
}

const description = [
  'An order system that keeps taking orders while servers and networks fail.',
  'Times are RFC 3339 in UTC with milliseconds, money is in minor units (pence), distances are in '
  + 'metres. Members of a request that are not listed here are refused; answers may get new '
  + 'members at any time, which clients must ignore.',
  'Every failure is application/problem+json with a code for programs; GET /docs/errors tells '
  + 'what each means and what to do. Every GET answers HEAD as well. The same operations can be '
  + 'called by JSON-RPC 2.0 at POST /rpc.',
].join('\n\n');

/** Where the operations are; a client made from the document sends its requests there. */
export const serversAt = (origin: string): JsonSchema[] =>
  [{ url: origin, description: 'The front end that this document is from.' }];

/** The whole document. */
export function openApiOf({ operations, streams }: Catalogue): JsonSchema {
  const schemas = new JsonSchemas('#/components/schemas');
  const errors = new ErrorAnswers();
  const paths: Record<string, Record<string, unknown>> = {};
  for (const operation of operations) {
    for (const path of operation.paths) {
      const item = paths[templateOf(path)] ??= {};
      item[operation.method.toLowerCase()] = pathItem(operation, path, { schemas, errors });
    }
  }
  for (const stream of streams) {
    for (const path of stream.paths) {
      (paths[templateOf(path)] ??= {})['get'] = streamItem(stream, path, { schemas, errors });
    }
  }
  const used = new Set([...operations, ...streams].map(({ topic }) => topic));
  const tags = Object.entries(topics).filter(([topic]) => used.has(topic as keyof typeof topics));
  return {
    openapi: '3.1.1',
    info: { title: 'Orderly', version, description, license: { name: 'MIT', identifier: 'MIT' } },
    servers: serversAt('/'),
    tags: [...tags.map(([, { title, about }]) => ({ name: title, description: about })), otherTag],
    paths: { ...paths, ...otherPaths(errors) },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'A token of a session, or the one '
          + 'that `orderly up` prints.' },
      },
      parameters: headerParameters,
      headers: answerHeaders,
      schemas: { ...schemas.named, ...problemSchemas },
      responses: errors.components,
    },
  };
}
