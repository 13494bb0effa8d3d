import { describe, expect, it } from 'vitest';
import { OrderlyError } from '../shared/contract/errors.ts';
import { Failure } from '../client/failure.ts';
import { endOfProgram } from './program-failure.ts';

describe('the end of a program', () => {
  const factsOf = (error: unknown): Failure['facts'] | null => {
    const end = endOfProgram(error);
    return end instanceof Failure ? end.facts : null;
  };

  it('says of a folder that can not be had why, and what to do', () => {
    for (const reason of ['in_use', 'not_a_folder', 'unusable']) {
      const facts = factsOf(new OrderlyError('unavailable', 'The folder.', { reason }));
      expect(facts, reason).toMatchObject({
        what: 'The folder.', exitCode: 3, causes: [expect.stringMatching(/./)],
        fixes: [expect.stringContaining('--data DIR')],
      });
    }
  });

  it('leaves the cause and the fix that the error brings', () => {
    const text = 'No port.\ncause: taken\nfix:   another one';
    expect(factsOf(new OrderlyError('unavailable', text, { reason: 'in_use' })))
      .toMatchObject({ what: 'No port.', causes: ['taken'], fixes: ['another one'] });
  });

  it('passes on what is not expected', () => {
    const defect = new TypeError('x');
    expect(endOfProgram(defect)).toBe(defect);
  });
});
