import { ERRORS } from '../../shared/contract/errors.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { exampleIds } from '../operations/example-ids.ts';
import type { PublicOperation } from '../operations/operation.ts';
import { curlOf, jsonText, rpcCurlOf } from './curl.ts';
import { html, nothing, prose } from './html.ts';
import type { Html } from './html.ts';
import type { JsonSchema, JsonSchemas } from './json-schemas.ts';
import { memberDoc } from './member-docs.ts';
import { accessWords, errorsOf, successesOf } from './operation-facts.ts';
import { mainPathOf, pathNamesOf, templateOf } from './operation-paths.ts';
import { codeBlock, table } from './page-layout.ts';
import type { MemberRow } from './schema-words.ts';
import { linkMarks, memberRows, typeWords } from './schema-words.ts';

/** One operation on the page. */

/** Words with a link for every named schema in them. */
export function linked(type: string): Html {
  const [open, close] = linkMarks;
  const parts = type.split(open).map((part, at): Html => {
    if (at === 0) return html`${part}`;
    const [name = '', rest = ''] = part.split(close);
    return html`<a href="#schema-${name}">${name}</a>${rest}`;
  });
  return html`${parts}`;
}

export const codeLink = (code: ErrorCode): Html => html`<a href="/docs/errors#${code}">${code}</a>`;

/** Where a member of the params stands in REST. */
function placeOf(operation: PublicOperation, name: string): string {
  if (name === 'idempotency_key') return 'header Idempotency-Key';
  if (name === 'if_version') return 'header If-Match';
  const top = name.split(/[.[]/, 1)[0] ?? name;
  if (operation.paths.some((path) => pathNamesOf(path).includes(top))) return 'path';
  return operation.method === 'GET' ? 'query' : 'body';
}

export const memberRow = (row: MemberRow, place: string | null): Html => html`<tr>
<td><code>${row.name}</code>${row.required
    ? html` <span class="soft">required</span>` : nothing}</td>
${place === null ? nothing : html`<td>${place}</td>`}
<td>${linked(row.type)}${row.description === null
    ? nothing : html`<br><span class="soft">${prose(row.description)}</span>`}</td></tr>`;

function paramsTable(operation: PublicOperation, schemas: JsonSchemas): Html {
  const rows = memberRows(schemas.input(operation.params)).map((row) => ({
    ...row,
    required: row.required || (row.name === 'if_version' && operation.ifMatch === 'required'),
    description: row.description ?? memberDoc(row.name) ?? null,
  }));
  if (rows.length === 0) return nothing;
  return html`<h4>Params</h4>${table(['Member', 'In REST', 'What'],
    rows.map((row) => memberRow(row, placeOf(operation, row.name))))}`;
}

function answersTable(operation: PublicOperation, schemas: JsonSchemas): Html {
  const rows = successesOf(operation).map(({ status, body }) =>
    html`<tr><td>${status}</td><td>${body === null
      ? 'nothing' : linked(typeWords(schemas.output(body)))}</td></tr>`);
  const statuses = [...new Set(errorsOf(operation).map((code) => ERRORS[code].http))]
    .toSorted((a, b) => a - b);
  const failures = statuses.map((status) => {
    const codes = errorsOf(operation).filter((code) => ERRORS[code].http === status);
    const links = codes.map((code, at) => html`${at === 0 ? '' : ', '}${codeLink(code)}`);
    return html`<tr><td>${status}</td><td>${links}</td></tr>`;
  });
  return html`<h4>Answers</h4>${table(['Status', 'Body, or the codes of a problem'],
    [...rows, ...failures])}`;
}

/** The members of an unnamed answer, which has no place of its own further down. */
function unnamedAnswers(operation: PublicOperation, schemas: JsonSchemas): Html {
  const bodies = successesOf(operation).flatMap(({ status, body }) => {
    const schema = body === null ? null : schemas.output(body);
    return schema === null || schema['$ref'] !== undefined ? [] : [{ status, schema }];
  });
  return html`${bodies.map(({ status, schema }) => schemaTable(schema, `Body of ${status}`))}`;
}

/** The members of a schema as a table; nothing for one without members. */
export function schemaTable(schema: JsonSchema, title: string): Html {
  const rows = memberRows(schema);
  if (rows.length === 0) return nothing;
  return html`<details><summary>${title}</summary>${table(['Member', 'What'],
    rows.map((row) => memberRow({ ...row, required: false }, null)))}</details>`;
}

/** A form that the script shows: the example, to change and send. */
function tryForm(operation: PublicOperation): Html {
  const { method, key, access, example } = operation;
  const makes = example.makes === undefined
    ? nothing : html` data-makes="${exampleIds[example.makes]}"`;
  return html`<details class="try"><summary>Send it from here</summary>
<form class="try" hidden data-method="${method}" data-path="${templateOf(mainPathOf(operation))}"
 data-key="${key}" data-open="${access === 'anyone' ? 'yes' : 'no'}"${makes}>
<textarea aria-label="Params of ${operation.name}" rows="6" spellcheck="false">${
  jsonText(example.params)}</textarea>
<p><button>Send</button></p>
<pre class="answer" hidden aria-live="polite"></pre>
</form><noscript><p class="soft">Sending from this page needs JavaScript; the lines above do
not.</p></noscript></details>`;
}

/** `origin` is where the examples are sent. */
export function operationSection(
  operation: PublicOperation, schemas: JsonSchemas, origin: string,
): Html {
  const { name, doc, method, paths, access, example } = operation;
  const routes = paths.map((path) => html`<div><span class="verb ${method}">${method}</span>
 ${templateOf(path)}</div>`);
  return html`<section class="operation" id="${name}"
 data-words="${`${name} ${method} ${paths.join(' ')} ${doc}`.toLowerCase()}">
<h3 class="route"><span>${routes}</span><a class="name" href="#${name}">${name}</a></h3>
<p>${prose(doc)} <span class="soft">For ${accessWords[access]}.</span></p>
<h4>REST</h4>${codeBlock(curlOf(operation, origin))}
<h4>JSON-RPC</h4>${codeBlock(rpcCurlOf(operation, origin))}
${example.result === undefined ? nothing
    : html`<h4>Example of an answer</h4>${codeBlock(jsonText(example.result))}`}
${tryForm(operation)}
${paramsTable(operation, schemas)}
${answersTable(operation, schemas)}
${unnamedAnswers(operation, schemas)}
</section>`;
}
