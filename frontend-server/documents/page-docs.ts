import { version } from '../../shared/runtime/version.ts';
import { exampleIds, exampleIdSources } from '../operations/example-ids.ts';
import type { ExampleId } from '../operations/example-ids.ts';
import type { PublicOperation } from '../operations/operation.ts';
import type { PublicStream } from '../operations/stream.ts';
import { topics } from '../operations/topics.ts';
import type { Topic } from '../operations/topics.ts';
import type { Catalogue } from './catalogue.ts';
import { html, nothing, prose } from './html.ts';
import type { Html } from './html.ts';
import { JsonSchemas } from './json-schemas.ts';
import { etagSource, manners } from './manners.ts';
import { linked, operationSection, schemaTable } from './page-operation.ts';
import { streamSection } from './page-stream.ts';
import { codeBlock, pageOf } from './page-layout.ts';
import { typeWords } from './schema-words.ts';

/** The page at /docs: every operation with lines to copy. */

interface Group {
  topic: Topic;
  operations: PublicOperation[];
  streams: PublicStream[];
}

const groupsOf = ({ operations, streams }: Catalogue): Group[] =>
  (Object.keys(topics) as Topic[])
    .map((topic) => ({
      topic,
      operations: operations.filter((operation) => operation.topic === topic),
      streams: streams.filter((stream) => stream.topic === topic),
    }))
    .filter((group) => group.operations.length + group.streams.length > 0);

const link = (href: string, text: string, words: string): Html =>
  html`<li data-words="${words.toLowerCase()}"><a href="${href}">${text}</a></li>`;

const wordsOf = (it: PublicOperation | PublicStream): string =>
  `${it.name} ${'method' in it ? it.method : 'GET'} ${it.paths.join(' ')} ${it.doc}`;

function contents(groups: readonly Group[], schemas: readonly string[]): Html {
  const lists = groups.map(({ topic, operations, streams }) => html`<h2>${topics[topic].title}</h2>
<ul>${[...operations, ...streams].map((it) => link(`#${it.name}`, it.name, wordsOf(it)))}</ul>`);
  return html`<p><a href="/"><strong>Orderly</strong></a> ${version}</p>
<p hidden><input id="find" type="search" placeholder="Find" aria-label="Find an operation"></p>
<div class="all"><h2>How it works</h2>
<ul>${manners.map(({ id, title }) => link(`#${id}`, title, title))}
${link('/docs/errors', 'Errors', 'errors codes problems')}</ul>
${lists}
<h2>Schemas</h2>
<ul>${schemas.map((name) => link(`#schema-${name}`, name, name))}</ul></div>`;
}

function variables(used: readonly ExampleId[]): Html {
  const rows = used.map((name) =>
    html`<li><code>$${name}</code>: ${prose(exampleIdSources[name])}</li>`);
  return html`<p>The lines below are for a shell and can be pasted as they are, once these are
set:</p><ul><li><code>$TOKEN</code>: the token of a session, or one that <code>orderly up</code>
prints</li>${rows}
<li><code>$ETAG</code>: ${prose(etagSource)}</li></ul>`;
}

const start = (origin: string): string => [
  'TOKEN=...   # orderly up prints one',
  `curl "${origin}/v1/menu"`,
].join('\n');

function introduction({ operations }: Catalogue, origin: string): Html {
  const examples = JSON.stringify(operations.map(({ example }) => example.params));
  const used = (Object.keys(exampleIds) as ExampleId[])
    .filter((name) => examples.includes(exampleIds[name]));
  return html`<h1>Orderly API</h1>
<p>Place orders, follow them and run the shop: by REST, or by JSON-RPC 2.0 at
<code>POST /rpc</code>, with the same operations and the same errors. For programs:
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1) and
<a href="/openrpc.json">/openrpc.json</a> (OpenRPC 1.3, also <code>rpc.discover</code>).</p>
${codeBlock(start(origin))}
${variables(used)}
<div hidden><p><label for="token">Token for sending from this page, kept in this tab only:
</label></p><p><input id="token" class="token" type="password" autocomplete="off"
 spellcheck="false"></p></div>`;
}

/** `origin`: where the reader has this page from, as in `http://127.0.0.1:8080`. */
export function docsPage(catalogue: Catalogue, origin: string): string {
  const schemas = new JsonSchemas('#/components/schemas');
  const groups = groupsOf(catalogue);
  const sections = groups.map(({ topic, operations, streams }) => html`
<h2 id="topic-${topic}">${topics[topic].title}</h2><p>${topics[topic].about}</p>
${operations.map((operation) => operationSection(operation, schemas, origin))}
${streams.map((stream) => streamSection(stream, schemas, origin))}`);
  const named = Object.entries(schemas.named);
  const schemaList = named.map(([name, schema]) => html`
<section id="schema-${name}"><h3>${name}</h3>${schema['properties'] === undefined
    ? html`<p>${linked(typeWords(schema))}</p>` : nothing}
${schemaTable(schema, 'Members')}</section>`);
  return pageOf({
    title: 'Orderly API',
    aside: contents(groups, named.map(([name]) => name)),
    body: html`${introduction(catalogue, origin)}
${manners.map(({ id, title, paragraphs }) => html`<h2 id="${id}">${title}</h2>
${paragraphs.map((paragraph) => html`<p>${prose(paragraph)}</p>`)}`)}
${sections}
<h2 id="schemas">Schemas</h2>
<p>Answers may get new members at any time; ignore those that you do not know.</p>
${schemaList}`,
  });
}
