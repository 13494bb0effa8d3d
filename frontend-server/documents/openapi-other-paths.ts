import type { JsonSchema } from './json-schemas.ts';
import type { ErrorAnswers } from './openapi-errors.ts';
import { headerRefs } from './openapi-headers.ts';

/** Addresses of the front end that are not in the operations table. */

export const otherTag = {
  name: 'Protocol and health',
  description: 'The same operations by JSON-RPC, and what launchers and load balancers ask.',
};

const text = { type: 'string' } as const;

const rpcRequest = {
  type: 'object',
  properties: {
    jsonrpc: { const: '2.0' },
    id: {
      description: 'Absent: a notification, which is not answered.',
      type: ['string', 'integer', 'null'],
    },
    method: { ...text, description: 'rpc.discover describes them all.' },
    params: { type: 'object', description: 'By name.' },
  },
  required: ['jsonrpc', 'method'],
};

const rpcResponse = {
  type: 'object',
  properties: {
    jsonrpc: { const: '2.0' },
    id: { type: ['string', 'integer', 'null'] },
    result: {},
    error: {
      type: 'object',
      properties: {
        code: { type: 'integer' },
        message: text,
        data: {
          type: 'object',
          properties: { code: { ...text, description: 'The code word, as in a problem.' } },
          required: ['code'],
        },
      },
      required: ['code', 'message'],
    },
  },
  required: ['jsonrpc', 'id'],
};

const oneOrBatch = (item: JsonSchema): JsonSchema =>
  ({ oneOf: [item, { type: 'array', minItems: 1, maxItems: 50, items: item }] });

const health = {
  type: 'object',
  properties: {
    status: { enum: ['pass', 'fail'] }, version: text, node: text, uptime_s: { type: 'integer' },
    checks: { type: 'object' },
  },
  required: ['status'],
};

const healthAnswer = (description: string): JsonSchema => ({
  description, headers: headerRefs([]), content: { 'application/health+json': { schema: health } },
});

interface Get {
  operationId: string;
  summary: string;
  type: string;
}

const get = ({ operationId, summary, type }: Get): JsonSchema => ({
  get: {
    operationId, summary, tags: [otherTag.name], security: [],
    responses: {
      200: {
        description: 'Done.', headers: headerRefs([]),
        content: { [type]: { schema: type === 'text/html' ? text : { type: 'object' } } },
      },
    },
  },
});

const flag = (name: string, description: string): JsonSchema =>
  ({ name, in: 'query', required: false, description, allowEmptyValue: true, schema: text });

const rpcPath = (errors: ErrorAnswers): JsonSchema => ({
  post: {
    operationId: 'rpc', tags: [otherTag.name], security: [{ bearer: [] }, {}],
    summary: 'JSON-RPC 2.0: one request, or a batch of up to 50.',
    requestBody: {
      required: true,
      content: {
        'application/json': {
          schema: oneOrBatch(rpcRequest),
          example: { jsonrpc: '2.0', id: 1, method: 'menu.get', params: {} },
        },
      },
    },
    responses: {
      200: {
        description: 'Answers; failures of methods too.', headers: headerRefs([]),
        content: { 'application/json': { schema: oneOrBatch(rpcResponse) } },
      },
      204: { description: 'Notifications only: nothing to answer.', headers: headerRefs([]) },
      401: {
        description: 'The token is not valid; the body is a JSON-RPC error.',
        headers: headerRefs(['WWW-Authenticate']),
        content: { 'application/json': { schema: oneOrBatch(rpcResponse) } },
      },
      ...errors.of(['not_acceptable', 'payload_too_large', 'unsupported_media_type']),
    },
  },
});

/** OpenAPI path items of what is registered by hand. */
export const otherPaths = (errors: ErrorAnswers): Record<string, JsonSchema> => ({
  '/rpc': rpcPath(errors),
  '/openapi.json': get({
    operationId: 'openapi', summary: 'This document.', type: 'application/json',
  }),
  '/openrpc.json': get({
    operationId: 'openrpc', summary: 'The JSON-RPC methods, as OpenRPC.', type: 'application/json',
  }),
  '/docs': get({ operationId: 'docs', summary: 'All of this to read.', type: 'text/html' }),
  '/docs/errors': get({
    operationId: 'docsErrors', summary: 'What the codes of failures mean.', type: 'text/html',
  }),
  '/livez': {
    get: {
      operationId: 'livez', summary: 'The process runs.', tags: [otherTag.name], security: [],
      responses: { 200: healthAnswer('It does.') },
    },
  },
  '/readyz': {
    get: {
      operationId: 'readyz', summary: 'A request would be served now.', tags: [otherTag.name],
      security: [],
      parameters: [
        flag('verbose', 'List the checks.'), flag('noprimary', 'Leave the back ends out.'),
      ],
      responses: { 200: healthAnswer('It would.'), 503: healthAnswer('It would not.') },
    },
  },
});
