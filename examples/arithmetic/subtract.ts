import { z } from 'zod';
import { runService } from '../../shared/service/service.ts';

await runService({
  name: 'arithmetic.subtract',
  doc: 'The first number less the second.',
  idempotent: true,
  args: z.tuple([z.number(), z.number()]),
  call: ([a, b]) => a - b,
});
