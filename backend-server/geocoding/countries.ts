import type { Dialect } from './dialect.ts';
import { findThatPostcode } from './find-that-postcode.ts';
import { parsePostcode } from './postcode.ts';
import { postcodesIo } from './postcodes-io.ts';

/**
 * All that differs between countries: how a code is read, and who is asked, in which order. The
 * chain, its limits and its cache know nothing else; another country is another row.
 */
export interface Country<Parsed> {
  parse(input: unknown): Parsed;
  /** Primary first. */
  readonly dialects: readonly Dialect[];
}

const unitedKingdom = { parse: parsePostcode, dialects: [postcodesIo, findThatPostcode] };

/** By ISO 3166 code. Guernsey, Jersey and the Isle of Man share the postcodes of the UK. */
export const countries = {
  GB: unitedKingdom, GG: unitedKingdom, JE: unitedKingdom, IM: unitedKingdom,
} satisfies Record<string, Country<unknown>>;
