import type { FastifyInstance } from 'fastify';
import { version } from '../../shared/runtime/version.ts';
import type { Access } from '../operations/operation.ts';
import { operations } from '../operations/table.ts';
import { problemRows } from './problem.ts';

/** Two plain pages, made once at the start from the tables: nothing of a request is in them. */

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title>`
  + `<meta name="viewport" content="width=device-width"></head><body>${body}</body></html>\n`;

const row = (...cells: string[]): string =>
  `<tr>${cells.map((cell) => `<td>${escaped(cell)}</td>`).join('')}</tr>`;

const whoOf = (access: Access): string =>
  access === 'anyone' ? 'anyone' : 'with a token';

function frontPage(): string {
  const routes = operations.flatMap(({ method, paths, name, doc, access }) =>
    paths.map((path) =>
      row(`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`, name, doc, whoOf(access))));
  const others = [
    row('POST /rpc', 'rpc.discover', 'The same operations as JSON-RPC 2.0.', 'as above'),
    row('GET /livez', '', 'This process runs.', 'anyone'),
    row('GET /readyz', '', 'A request would be served now.', 'anyone'),
    row('GET /problems', '', 'What the error codes mean.', 'anyone'),
  ];
  return page('Orderly', `<h1>Orderly ${version}</h1>`
    + '<p>An order system that keeps taking orders while servers and networks fail. '
    + 'This is a front end: it takes requests and passes them to the back end in charge.</p>'
    + '<table><tr><th>Route</th><th>JSON-RPC</th><th>What it does</th><th>Who</th></tr>'
    + `${[...routes, ...others].join('')}</table>`);
}

function problemsPage(): string {
  const rows = problemRows().map(({ code, status, sentence }) =>
    `<tr id="${code}"><td>${code}</td><td>${status}</td><td>${escaped(sentence)}</td></tr>`);
  return page('Orderly: problems', '<h1>Problems</h1>'
    + '<table><tr><th>Code</th><th>HTTP status</th><th>Meaning</th></tr>'
    + `${rows.join('')}</table>`);
}

export function addPages(app: FastifyInstance): void {
  const pages = [['/', frontPage()], ['/problems', problemsPage()]] as const;
  for (const [path, text] of pages) {
    app.get(path, async (_request, reply) =>
      reply.header('content-type', 'text/html; charset=utf-8').send(text));
  }
}
