/** Whether a client takes JSON, by its Accept header (RFC 9110, 12.5.1). Pure. */

const isJsonRange = (range: string): boolean =>
  range === '*/*' || range === 'application/*' || range === 'application/json';

/** How exactly a range names JSON: the most exact one decides, whatever its place. */
const exactness = (range: string): number => (range === '*/*' ? 1 : range.endsWith('/*') ? 2 : 3);

/** `q` of a media range; 1 where it says none, 0 for one that is not a weight. */
function weightOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => /^q[ \t]*=/i.test(parameter));
  if (text === undefined) return 1;
  const weight = Number(text.slice(text.indexOf('=') + 1).trim());
  return weight >= 0 && weight <= 1 ? weight : 0;
}

/** True without a header, too: then anything will do. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept.trim() === '') return true;
  let best = { exactness: 0, weight: 0 };
  for (const item of accept.toLowerCase().split(',')) {
    const [range = '', ...parameters] = item.split(';').map((part) => part.trim());
    // Whoever takes our errors only has misread the documents, but can be told.
    const named = range === 'application/problem+json' ? 'application/json' : range;
    if (!isJsonRange(named) || exactness(named) < best.exactness) continue;
    best = { exactness: exactness(named), weight: weightOf(parameters) };
  }
  return best.weight > 0;
}
