import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

/** The frame of the pages. Style and script are files of this server: no inline is allowed. */

export const styleAddress = '/docs/page.css';
export const scriptAddress = '/docs/page.js';

/** What the pages need of a browser beyond themselves: style, script, and calls of the API. */
export const pagePolicy =
  "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src data:";

interface Page {
  title: string;
  /** Beside the text, or above it on a narrow screen. */
  aside?: Html;
  body: Html;
}

const icon = 'data:image/svg+xml,%3Csvg xmlns=%22http://www.w3.org/2000/svg%22 '
  + 'viewBox=%220 0 8 8%22%3E'
  + '%3Ccircle cx=%224%22 cy=%224%22 r=%223%22 fill=%22%230b5fb0%22/%3E%3C/svg%3E';

/** A whole document. */
export function pageOf({ title, aside, body }: Page): string {
  const { html: text } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="${{ html: icon }}">
<link rel="stylesheet" href="${styleAddress}">
<script src="${scriptAddress}" defer></script>
</head>
<body>
${aside === undefined
    ? html`<main class="plain">${body}</main>`
    : html`<div class="frame"><nav aria-label="Contents">${aside}</nav><main>${body}</main></div>`}
</body>
</html>
`;
  return text;
}

/** Lines to copy. */
export const codeBlock = (text: string): Html => html`<pre><code>${text}</code></pre>`;

/** A table that scrolls by itself where the screen is narrow. */
export const table = (heads: readonly string[], rows: readonly Html[]): Html =>
  (rows.length === 0 ? nothing : html`<div class="scroll"><table>
<thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table></div>`);
