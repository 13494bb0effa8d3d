import { customerSchema } from '../../shared/contract/customer.ts';
import { publicParams } from '../../shared/contract/frontend.ts';
import { define } from './operation.ts';
import type { PublicOperation } from './operation.ts';
import { read } from './read.ts';

export const customerOperations: readonly PublicOperation[] = [
  define({
    name: 'customer.find',
    doc: 'Who ordered with a telephone number before: the name, the last orders, the addresses.',
    topic: 'customers', access: 'staff', method: 'GET', paths: ['/v1/customers'],
    params: publicParams.customerFind, key: 'none',
    success: { 200: customerSchema }, errors: ['not_found'],
    example: { params: { phone: '+441912345678' } },
    async run({ phone, consistency }, caller, desk) {
      const query = { query: 'customer.find' as const, phone };
      const { value, ...rest } = await read(desk, 'customer', { query, consistency, caller });
      return { body: value, ...rest };
    },
  }),
];
