import { z } from 'zod';
import { runService } from '../../shared/service/service.ts';

await runService({
  name: 'arithmetic.add',
  doc: 'The sum of two numbers.',
  idempotent: true,
  args: z.tuple([z.number(), z.number()]),
  call: ([a, b]) => a + b,
});
