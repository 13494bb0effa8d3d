import { ERRORS } from '../../shared/contract/errors.ts';
import { exampleIds, exampleIdSources } from '../operations/example-ids.ts';
import type { ExampleId } from '../operations/example-ids.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';
import { topics } from '../operations/topics.ts';
import type { Topic } from '../operations/topics.ts';
import type { Catalogue } from './catalogue.ts';
import { curlOf, rpcCurlOf, streamCurlOf } from './curl.ts';
import { JsonSchemas } from './json-schemas.ts';
import { etagSource, manners } from './manners.ts';
import { accessWords, errorsOf, streamErrorsOf, successesOf } from './operation-facts.ts';
import { templateOf } from './operation-paths.ts';
import { codesInOrder, effectWords, exitWords, retryWords } from './page-errors.ts';
import { linkMarks, memberRows, typeWords } from './schema-words.ts';

/** docs/api.md and docs/errors.md, from the same tables as the pages. */

const origin = 'http://127.0.0.1:8080';
const made = '<!-- Written by `orderly docs`; changes belong into the tables that it reads. -->';

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll('\n', ' ');

const tableOf = (heads: readonly string[], rows: readonly string[][]): string => [
  `| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
].join('\n');

const plainType = (type: string): string =>
  type.replaceAll(linkMarks[0], '`').replaceAll(linkMarks[1], '`');

const shell = (text: string): string => `\`\`\`sh\n${text}\n\`\`\``;

const codes = (list: readonly string[]): string =>
  list.map((code) => `[\`${code}\`](errors.md#${code})`).join(', ');

function operationText(operation: PublicOperation, schemas: JsonSchemas): string {
  const { name, doc, method, paths, access } = operation;
  const answers = successesOf(operation).map(({ status, body }) =>
    `${status} ${body === null ? 'without a body' : plainType(typeWords(schemas.output(body)))}`);
  return [
    `### ${name}`,
    paths.map((path) => `\`${method} ${templateOf(path)}\``).join(' or '),
    `${doc} For ${accessWords[access]}.`,
    shell(curlOf(operation, origin)), shell(rpcCurlOf(operation, origin)),
    `Answers ${answers.join(', ')}. Failures: ${codes(errorsOf(operation))}.`,
  ].join('\n\n');
}

const streamText = (stream: PublicStream): string => [
  `### ${stream.name}`,
  stream.paths.map((path) => `\`GET ${templateOf(path)}\``).join(' or '),
  `${stream.doc} For ${accessWords[stream.access]}. Not by JSON-RPC.`,
  shell(streamCurlOf(stream, origin)),
  `Events: ${Object.keys(stream.events).map((name) => `\`${name}\``).join(', ')}. `
  + `Failures: ${codes(streamErrorsOf(stream))}.`,
].join('\n\n');

function schemaTexts(schemas: JsonSchemas): string[] {
  return Object.entries(schemas.named).map(([name, schema]) => {
    const rows = memberRows(schema).map(({ name: member, type, description }) =>
      [`\`${member}\``, plainType(type), description ?? '']);
    const body = rows.length === 0
      ? `${plainType(typeWords(schema))}.` : tableOf(['member', 'what', ''], rows);
    return `### ${name}\n\n${body}`;
  });
}

/** docs/api.md. */
export function apiMarkdown({ operations, streams }: Catalogue): string {
  const schemas = new JsonSchemas('#/components/schemas');
  const sections = (Object.keys(topics) as Topic[]).flatMap((topic) => {
    const texts = [
      ...operations.filter((it) => it.topic === topic).map((it) => operationText(it, schemas)),
      ...streams.filter((it) => it.topic === topic).map(streamText),
    ];
    const { title, about } = topics[topic];
    return texts.length === 0 ? [] : [`## ${title}`, about, ...texts];
  });
  const ids = (Object.keys(exampleIds) as ExampleId[])
    .map((name) => `- \`$${name}\`: ${exampleIdSources[name]}`);
  return `${[
    '# The API', made,
    'A running front end shows the same at `/docs`, and for programs at `/openapi.json` '
    + '([openapi.json](openapi.json) is a copy) and `/openrpc.json`.',
    'The lines are for a shell:',
    [
      '- `$TOKEN`: the token of a session, or one that `orderly up` prints', ...ids,
      `- \`$ETAG\`: ${etagSource}`,
    ].join('\n'),
    ...manners.flatMap(({ title, paragraphs }) => [`## ${title}`, ...paragraphs]),
    ...sections, '## Schemas', ...schemaTexts(schemas),
  ].join('\n\n')}\n`;
}

/** docs/errors.md. */
export function errorsMarkdown(): string {
  const rows = codesInOrder.map((code) => {
    const { http, rpc, retry, exit, sentence, advice } = ERRORS[code];
    return [
      `<a id="${code}"></a>\`${code}\``, String(http), String(rpc), `${sentence} ${advice ?? ''}`,
      effectWords(code), retryWords[retry], String(exit),
    ];
  });
  const about = manners.find(({ id }) => id === 'failures')?.paragraphs ?? [];
  return `${[
    '# Errors', made, ...about,
    'Effect *none* promises that the request did nothing and never will; *unknown* means that it '
    + 'may have been carried out, or may yet be.',
    exitWords,
    tableOf([
      'code', 'HTTP', 'JSON-RPC', 'meaning, and what to do', 'effect', 'send again', 'exit',
    ], rows),
  ].join('\n\n')}\n`;
}
