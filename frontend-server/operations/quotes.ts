import { publicParams } from '../../shared/contract/frontend.ts';
import { quoteSchema } from '../../shared/contract/quote.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';

const example = {
  lines: [{ sku: 'fish-and-chips', quantity: 2, options: ['size-large'] }],
  delivery: { address: { postcode: 'DH1 4SW' } },
  tip: { amount: 100, currency: 'GBP' },
};

export const quoteOperations: readonly PublicOperation[] = [
  define({
    name: 'quote.create',
    doc: 'What an order would cost, when it would come, and everything that is in its way. It has '
      + 'no effect; the total can be sent as expected_total with the order.',
    topic: 'orders', access: 'anyone', method: 'POST', paths: ['/v1/quotes'],
    params: publicParams.quoteCreate, key: 'none',
    success: { 200: quoteSchema }, errors: [], example: { params: example },
    async run(input, _caller, desk) {
      const { quote, lsn } = await desk.forwarder.quote(input);
      return { body: quote, readIndex: lsn };
    },
  }),
];
