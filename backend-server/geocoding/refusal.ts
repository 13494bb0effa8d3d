import type { Located } from './geocoder.ts';
import type { ParsedPostcode } from './postcode.ts';

/** Why a well-formed postcode can not be used, for the customer. */
export interface PostcodeRefusal {
  code: 'POSTCODE_NOT_FOUND' | 'POSTCODE_TERMINATED';
  message: string;
}

/** Said with an order that is accepted. */
export interface PostcodeNotice {
  code: 'POSTCODE_CORRECTED' | 'POSTCODE_UNVERIFIED';
  message: string;
}

const months = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July',
  'August', 'September', 'October', 'November', 'December',
];

function inWords(yearAndMonth: string): string {
  const [year = '', month = ''] = yearAndMonth.split('-');
  return `${months[Number(month) - 1] ?? ''} ${year}`.trim();
}

/**
 * Whether an order for this postcode must be refused. An answer that is missing never refuses:
 * 'unverified' and 'no_position' orders are accepted and shown as such.
 */
export function refusal(located: Located, postcode: string): PostcodeRefusal | null {
  if (located.geocode.status === 'not_found') {
    const message = `We could not find ${postcode}. Check it, or choose another address`;
    return { code: 'POSTCODE_NOT_FOUND', message };
  }
  if (located.geocode.status !== 'terminated') return null;
  const { terminatedOn } = located;
  const since = terminatedOn === null ? 'is no longer' : 'has not been';
  const end = terminatedOn === null ? '' : ` since ${inWords(terminatedOn)}`;
  const message = `${postcode} ${since} in use${end}. Your street may have a new one`;
  return { code: 'POSTCODE_TERMINATED', message };
}

/** What the customer should be told although the order is accepted. */
export function notices(parsed: ParsedPostcode, located: Located): PostcodeNotice[] {
  const found: PostcodeNotice[] = [];
  if (parsed.ok && parsed.corrected) {
    found.push({ code: 'POSTCODE_CORRECTED', message: `We read that as ${parsed.postcode}` });
  }
  if (located.geocode.status === 'unverified') {
    const message = 'We could not check the postcode just now. ' +
      'We will check it before your order leaves';
    found.push({ code: 'POSTCODE_UNVERIFIED', message });
  }
  return found;
}
