import type { PublicStream } from '../operations/stream.ts';
import { streamCurlOf } from './curl.ts';
import { html, prose } from './html.ts';
import type { Html } from './html.ts';
import type { JsonSchemas } from './json-schemas.ts';
import { accessWords, streamErrorsOf } from './operation-facts.ts';
import { pathNamesOf, templateOf } from './operation-paths.ts';
import { codeLink, linked, memberRow } from './page-operation.ts';
import { codeBlock, table } from './page-layout.ts';
import { memberRows, typeWords } from './schema-words.ts';

/** One stream of server-sent events on the page; `origin` is where its example is sent. */
export function streamSection(stream: PublicStream, schemas: JsonSchemas, origin: string): Html {
  const { name, doc, paths, access, params, events } = stream;
  const inPath = new Set(paths.flatMap(pathNamesOf));
  const rows = memberRows(schemas.input(params)).map((row) =>
    memberRow(row, inPath.has(row.name) ? 'path' : 'query'));
  const types = Object.entries(events).map(([type, schema]) =>
    html`<tr><td><code>${type}</code></td>
<td>${linked(typeWords(schemas.output(schema)))}</td></tr>`);
  const codes = streamErrorsOf(stream).map((code, at) =>
    html`${at === 0 ? '' : ', '}${codeLink(code)}`);
  return html`<section class="operation" id="${name}"
 data-words="${`${name} get ${paths.join(' ')} ${doc}`.toLowerCase()}">
<h3 class="route"><span>${paths.map((path) => html`<div><span class="verb GET">GET</span>
 ${templateOf(path)}</div>`)}</span><a class="name" href="#${name}">${name}</a></h3>
<p>${prose(doc)} <span class="soft">For ${accessWords[access]}. Not by JSON-RPC.</span></p>
<h4>Server-sent events</h4>${codeBlock(streamCurlOf(stream, origin))}
<h4>Params</h4>${table(['Member', 'In REST', 'What'], rows)}
<h4>Events</h4>${table(['event:', 'data:'], types)}
<p>Failures instead of a stream: ${codes}.</p>
</section>`;
}
