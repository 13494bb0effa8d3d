import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { loadPageFiles } from '../dashboard/page-files.ts';
import { addPageFiles } from '../dashboard/page-routes.ts';
import { catalogue } from '../documents/catalogue.ts';
import { openApiAt, openRpc } from '../documents/documents.ts';
import { docsPage } from '../documents/page-docs.ts';
import { errorsPage } from '../documents/page-errors.ts';
import { frontPage } from '../documents/page-front.ts';
import { pagePolicy, scriptAddress, styleAddress } from '../documents/page-layout.ts';
import { pageScript } from '../documents/page-script.ts';
import { pageStyle } from '../documents/page-style.ts';
import { matchesAny } from './entity-tag.ts';

/**
 * The pages and the documents for programs, made from the tables. Nothing of a request is in them
 * but the host name that it was sent to, which the request guard has checked by then.
 */

const json = 'application/json; charset=utf-8';
const page = 'text/html; charset=utf-8';

/** Pages that are kept, one for each name that this server is reached by. */
const originsMax = 20;

const originOf = (request: FastifyRequest): string => `${request.protocol}://${request.host}`;

interface Served {
  type: string;
  /** `origin`: how this server was reached, as in `http://127.0.0.1:8080`. */
  make: (origin: string) => string;
}

interface Made {
  text: string;
  etag: string;
}

const tagged = (text: string): Made => {
  const digest = createHash('sha256').update(text).digest('base64url');
  return { text, etag: `"${digest.slice(0, 22)}"` };
};

/** Made when first asked for. */
function cached(make: Served['make']): (origin: string) => Made {
  const made = new Map<string, Made>();
  return (origin) => {
    const known = made.get(origin) ?? tagged(make(origin));
    if (made.size < originsMax) made.set(origin, known);
    return known;
  };
}

const openApiText = (origin: string): string => `${JSON.stringify(openApiAt(origin))}\n`;

function addText(app: FastifyInstance, path: string, { type, make }: Served): void {
  const made = cached(make);
  const config = type === page ? { contentPolicy: pagePolicy } : {};
  app.get(path, { config }, async (request: FastifyRequest, reply: FastifyReply) => {
    const { text, etag } = made(originOf(request));
    // They say nothing about anybody; a browser may keep them, and asks whether they still hold.
    reply.headers({ 'content-type': type, etag, 'cache-control': 'no-cache' });
    if (matchesAny(request.headers['if-none-match'], etag)) return reply.code(304).send();
    return reply.send(text);
  });
}

/** Adds the pages for people and the documents for programs. Open to anyone. */
export function addPages(app: FastifyInstance): void {
  const dashboard = loadPageFiles();
  addPageFiles(app, dashboard);
  // Without the dashboard, as when the programs run from source, the front door still says hello.
  if (dashboard.length === 0) addText(app, '/', { type: page, make: frontPage });
  addText(app, '/docs', { type: page, make: (origin) => docsPage(catalogue, origin) });
  addText(app, '/docs/errors', { type: page, make: errorsPage });
  addText(app, styleAddress, { type: 'text/css; charset=utf-8', make: () => pageStyle });
  addText(app, scriptAddress, { type: 'text/javascript; charset=utf-8', make: () => pageScript });
  addText(app, '/openapi.json', { type: json, make: openApiText });
  addText(app, '/openrpc.json', { type: json, make: () => `${JSON.stringify(openRpc())}\n` });
}
