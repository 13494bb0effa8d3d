import { z } from 'zod';
import { refuse, runService } from '../../shared/service/service.ts';

const timesMax = 1_000;

await runService({
  name: 'arithmetic.multiply',
  doc: 'The product of two whole numbers, by repeated addition.',
  idempotent: true,
  args: z.tuple([z.int(), z.int()]),
  async call([a, b], { call }) {
    const [times, addend] = Math.abs(a) < Math.abs(b) ? [a, b] : [b, a];
    if (Math.abs(times) > timesMax) throw refuse(`One factor must be within ${timesMax}.`);
    let product = 0;
    for (let n = 0; n < Math.abs(times); n += 1) {
      product = await call('arithmetic.add', [product, Math.sign(times) * addend], z.number());
    }
    return product;
  },
});
