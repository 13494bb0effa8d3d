import { publicParams } from '../../shared/contract/frontend.ts';
import { lookedUpSchema } from '../../shared/contract/quote.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

export const geocodeOperations: readonly PublicOperation[] = [
  define({
    name: 'geocode.lookup',
    doc: 'Where a postcode is, who said so, and when.',
    topic: 'orders', access: 'customer', method: 'GET', paths: ['/v1/geocode'],
    params: publicParams.geocodeLookup, key: 'none',
    success: { 200: lookedUpSchema },
    errors: ['not_found', 'postcode_rejected', 'geocoder_unavailable'],
    example: { params: { postcode: 'DH1 4SW' } },
    async run({ postcode }, { actor: principal, session }, desk) {
      const claim = session !== null && { session };
      return { body: await desk.forwarder.lookUp({ postcode, principal, ...claim }) };
    },
  }),
];
