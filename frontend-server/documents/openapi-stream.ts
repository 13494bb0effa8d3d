import { topics } from '../operations/topics.ts';
import type { PublicStream } from '../operations/stream.ts';
import type { JsonSchema, JsonSchemas } from './json-schemas.ts';
import type { ErrorAnswers } from './openapi-errors.ts';
import { headerRefs } from './openapi-headers.ts';
import { paramsOf, parameter } from './openapi-params.ts';
import { accessWords, streamErrorsOf } from './operation-facts.ts';
import { operationId, pathNamesOf } from './operation-paths.ts';

/** A stream of server-sent events in the OpenAPI document. */
export function streamItem(
  stream: PublicStream, path: string,
  { schemas, errors }: { schemas: JsonSchemas; errors: ErrorAnswers },
): JsonSchema {
  const { doc, topic, access, example, events } = stream;
  const params = paramsOf(stream, schemas);
  const inPath = new Set(pathNamesOf(path));
  const data = Object.entries(events).map(([type, schema]) => [type, schemas.output(schema)]);
  return {
    operationId: operationId(stream, path),
    tags: [topics[topic].title],
    summary: 'Server-sent events that do not end.',
    description: `${doc}\n\nFor ${accessWords[access]}. Not by JSON-RPC. The data of each event is `
      + 'JSON: x-events has the schemas by the type of the event.',
    security: access === 'anyone' ? [] : [{ bearer: [] }],
    parameters: [
      ...Object.keys(params.members).map((name) =>
        parameter(name, inPath.has(name) ? 'path' : 'query', { params, example })),
      { $ref: '#/components/parameters/LastEventId' },
    ],
    responses: {
      200: {
        description: 'The stream. A comment comes every few seconds when nothing happens.',
        headers: headerRefs([]),
        content: { 'text/event-stream': { schema: { type: 'string' } } },
      },
      ...errors.of(streamErrorsOf(stream)),
    },
    'x-events': Object.fromEntries(data),
  };
}
