import { areas, areasWithDistrictZero, areasWithoutDelivery } from './areas.ts';

/**
 * Reads a UK postcode as people type it, before any web call. Pure: text in, code or reason out.
 *
 * The length is checked before any pattern, since a pattern that trims a long run of spaces takes
 * seconds. Look-alikes are corrected (O/0 and I/1 only) when exactly one reading is a postcode of
 * a known area; the caller then tells the user what was understood.
 */
export type PostcodeProblem =
  | 'POSTCODE_REQUIRED'
  | 'POSTCODE_CHARACTERS'
  | 'POSTCODE_INCOMPLETE'
  | 'POSTCODE_FORMAT'
  | 'POSTCODE_AREA'
  | 'POSTCODE_NOT_DELIVERABLE';

/** `postcode` is upper case with one space before the last three characters: DH1 4SW. */
export type ParsedPostcode =
  | { ok: true; postcode: string; corrected: boolean }
  | { ok: false; code: PostcodeProblem; message: string };

const inputLengthMax = 64;

/** White space, zero-width and direction marks, and the separators that people type. */
const separators =
  /[\s\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\u2212\p{Pd}.,()_/]/gu;

const messages: Record<Exclude<PostcodeProblem, 'POSTCODE_AREA'>, string> = {
  POSTCODE_REQUIRED: 'Enter the delivery postcode',
  POSTCODE_CHARACTERS: 'Use only letters and numbers, like DH1 4SW',
  POSTCODE_INCOMPLETE: 'That is only the first half. Enter the full postcode, like DH1 4SW',
  POSTCODE_FORMAT: 'That does not look like a UK postcode',
  POSTCODE_NOT_DELIVERABLE: 'We cannot deliver to forces or bank-box addresses',
};

const refuse = (code: keyof typeof messages): ParsedPostcode =>
  ({ ok: false, code, message: messages[code] });

const refuseArea = (area: string): ParsedPostcode =>
  ({ ok: false, code: 'POSTCODE_AREA', message: `No UK postcode starts with ${area}` });

type Verdict = { kind: 'fits' | 'format' | 'not_deliverable' } | { kind: 'area'; area: string };

const outwardShape = /^([A-Z]{1,2})(\d[A-Z]?|\d\d)$/;
/** A digit and two letters, never C I K M O V. */
const inwardShape = /^\d[ABD-HJLNP-UW-Z]{2}$/;
/** What follows the area letters: M1, M60, W1A; and DN55, EC1A. Neither has a leading zero. */
const districtAfterOneLetter = /^([1-9]\d?|[1-9][A-HJKPSTUW])$/;
const districtAfterTwoLetters = /^([1-9]\d?|[1-9][ABEHMNPRVWXY])$/;

function judgeOutward(outward: string): Verdict {
  const [, area, district] = outwardShape.exec(outward) ?? [];
  if (area === undefined || district === undefined) return { kind: 'format' };
  if (areasWithoutDelivery.has(area)) return { kind: 'not_deliverable' };
  if (!areas.has(area)) return { kind: 'area', area };
  if (district === '0') return { kind: areasWithDistrictZero.has(area) ? 'fits' : 'format' };
  const pattern = area.length === 1 ? districtAfterOneLetter : districtAfterTwoLetters;
  return { kind: pattern.test(district) ? 'fits' : 'format' };
}

const judge = (compact: string): Verdict =>
  inwardShape.test(compact.slice(-3)) ? judgeOutward(compact.slice(0, -3)) : { kind: 'format' };

const twins: Readonly<Record<string, string>> = { O: '0', 0: 'O', I: '1', 1: 'I' };

/** Every reading of the text with O/0 and I/1 exchanged; at most 2^7 of them. */
function lookAlikes(compact: string): string[] {
  let readings = [''];
  for (const character of compact) {
    const twin = twins[character];
    const choices = twin === undefined ? [character] : [character, twin];
    readings = readings.flatMap((start) => choices.map((choice) => start + choice));
  }
  return readings;
}

const spaced = (compact: string): string => `${compact.slice(0, -3)} ${compact.slice(-3)}`;

function refuseBy(verdict: Verdict): ParsedPostcode {
  if (verdict.kind === 'area') return refuseArea(verdict.area);
  return refuse(
    verdict.kind === 'not_deliverable' ? 'POSTCODE_NOT_DELIVERABLE' : 'POSTCODE_FORMAT',
  );
}

function parseFull(compact: string): ParsedPostcode {
  const verdict = judge(compact);
  if (verdict.kind === 'fits') return { ok: true, postcode: spaced(compact), corrected: false };
  if (verdict.kind === 'not_deliverable') return refuseBy(verdict);
  const readings = lookAlikes(compact).map((text) => ({ text, verdict: judge(text) }));
  const fitting = readings.filter((reading) => reading.verdict.kind === 'fits');
  const [only] = fitting;
  if (only !== undefined && fitting.length === 1) {
    return { ok: true, postcode: spaced(only.text), corrected: true };
  }
  const undeliverable = readings.find((reading) => reading.verdict.kind === 'not_deliverable');
  return refuseBy(undeliverable?.verdict ?? verdict);
}

function refuseShort(compact: string): ParsedPostcode {
  const verdict = judgeOutward(compact);
  return verdict.kind === 'fits' ? refuse('POSTCODE_INCOMPLETE') : refuseBy(verdict);
}

/** British forces numbers (BFPO 12) and the old Girobank code, with O typed for 0. */
const neverDelivered = /^(BFP[O0][O0I\d]{0,4}|GIR[O0]AA)$/;

/** Never throws; any value may be given. Takes microseconds, whatever the text. */
export function parsePostcode(input: unknown): ParsedPostcode {
  if (typeof input !== 'string') return refuse('POSTCODE_REQUIRED');
  if (input.length > inputLengthMax) return refuse('POSTCODE_CHARACTERS');
  const bare = input.normalize('NFKC').replace(separators, '');
  if (bare === '') return refuse('POSTCODE_REQUIRED');
  // Tested before upper case: toUpperCase turns some foreign letters into A-Z.
  if (!/^[A-Za-z0-9]+$/.test(bare)) return refuse('POSTCODE_CHARACTERS');
  const compact = bare.toUpperCase();
  if (neverDelivered.test(compact)) return refuse('POSTCODE_NOT_DELIVERABLE');
  if (compact.length <= 4) return refuseShort(compact);
  if (compact.length > 7) return refuse('POSTCODE_FORMAT');
  return parseFull(compact);
}
