import { version } from '../../shared/runtime/version.ts';
import { html } from './html.ts';
import { codeBlock, pageOf } from './page-layout.ts';

/** The page at /, for whoever opens a front end to see what it is. */
export const frontPage = (origin: string): string => pageOf({
  title: 'Orderly',
  body: html`<h1>Orderly ${version}</h1>
<p>An order system that keeps taking orders while servers and networks fail. This is a front end: it
takes requests and passes them to the back end in charge.</p>
<ul>
<li><a href="/docs">The API</a>, with lines to copy for every operation</li>
<li><a href="/docs/errors">Errors</a>: what the codes mean and what to do</li>
<li>For programs: <a href="/openapi.json">OpenAPI</a>, <a href="/openrpc.json">OpenRPC</a></li>
<li>Health: <a href="/livez">this process runs</a>,
<a href="/readyz?verbose">a request would be served now</a></li>
</ul>
<h2>Begin</h2>
${codeBlock(`curl "${origin}/v1/menu"\norderly client --url ${origin}`)}`,
});
