import { OrderlyError } from '../../../shared/contract/errors.ts';
import { allCases } from './all-cases.ts';
import type { ChaosCase } from './case.ts';

const partForm = /^(\d+)(?:\.\.(\d+))?$/;

/** `7`, `1..35`, `1,4,20..23` or `all`. Throws `invalid_params` for anything else. */
export function chooseCases(text: string): ChaosCase[] {
  if (text === 'all') return [...allCases];
  const numbers = new Set(text.split(',').flatMap((part) => {
    const [, first, last = first] = partForm.exec(part.trim()) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (first === undefined || from > to || to > allCases.length || from < 1) {
      throw new OrderlyError('invalid_params',
        `--cases ${text}: write numbers of 1 to ${allCases.length}, as in 1,4,20..23, or all`);
    }
    return Array.from({ length: to - from + 1 }, (_, n) => from + n);
  }));
  return allCases.filter(({ number }) => numbers.has(number));
}
