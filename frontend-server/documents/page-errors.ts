import { ERRORS } from '../../shared/contract/errors.ts';
import type { ErrorCode } from '../../shared/contract/errors.ts';
import { html, prose } from './html.ts';
import type { Html } from './html.ts';
import { manners } from './manners.ts';
import { publicCodes } from './openapi-errors.ts';
import { pageOf, table } from './page-layout.ts';

/** The page at /docs/errors, which the `type` of every problem names. */

export const retryWords: Readonly<Record<'no' | 'same_key' | 'primary', string>> = {
  no: 'no',
  same_key: 'yes, with the same key',
  primary: 'yes, with the same key',
};

/** What is known of the request after such a failure. */
export const effectWords = (code: ErrorCode): string =>
  (ERRORS[code].definite ? 'none' : 'unknown');

/** What the last column is. */
export const exitWords = 'Exit is the exit code of a command that ends with it: 2 for wrong usage, '
  + '3 when the system can not be reached or is not ready, 5 for a conflict, 6 for what does not '
  + 'exist, 1 for every other refusal.';

/** By status, then by code. */
export const codesInOrder: readonly ErrorCode[] = publicCodes.toSorted((a, b) =>
  ERRORS[a].http - ERRORS[b].http || (a < b ? -1 : 1));

function row(code: ErrorCode): Html {
  const { http, rpc, retry, exit, sentence, advice } = ERRORS[code];
  return html`<tr id="${code}"><td><a href="#${code}"><code>${code}</code></a></td>
<td>${http}</td><td>${rpc}</td><td>${sentence}<br><span class="soft">${prose(advice ?? '')}</span>
</td><td>${effectWords(code)}</td><td>${retryWords[retry]}</td><td>${exit}</td></tr>`;
}

export function errorsPage(): string {
  const about = manners.find(({ id }) => id === 'failures')?.paragraphs ?? [];
  return pageOf({
    title: 'Orderly: errors',
    body: html`<p><a href="/docs">Orderly API</a></p><h1>Errors</h1>
${about.map((paragraph) => html`<p>${prose(paragraph)}</p>`)}
<p>Effect <em>none</em> promises that the request did nothing and never will; <em>unknown</em> means
that it may have been carried out, or may yet be.</p>
<p>${prose(exitWords)}</p>
${table(['Code', 'HTTP', 'JSON-RPC', 'Meaning, and what to do', 'Effect', 'Send again', 'Exit'],
    codesInOrder.map(row))}`,
  });
}
