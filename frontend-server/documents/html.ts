/** HTML that can only hold text which was escaped. Pure. */

/** Text that is HTML already. */
export interface Html {
  readonly html: string;
}

type Part = string | number | Html | readonly Html[];

const escaped = (text: string): string => text
  .replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  .replaceAll('"', '&quot;').replaceAll("'", '&#39;');

function textOf(part: Part): string {
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return 'html' in part ? part.html : part.map(({ html: text }) => text).join('');
}

/** A template whose values are escaped, unless they are HTML themselves. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html => ({
  html: texts.map((text, at) => {
    const part = parts[at];
    return part === undefined ? text : text + textOf(part);
  }).join(''),
});

/** Text with `code` in it. */
export const prose = (text: string): Html => ({
  html: text.split('`').map((part, at) =>
    (at % 2 === 0 ? escaped(part) : `<code>${escaped(part)}</code>`)).join(''),
});

export const nothing: Html = { html: '' };
