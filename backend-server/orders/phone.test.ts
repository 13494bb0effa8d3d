import { describe, expect, it } from 'vitest';
import { normalisePhone } from './phone.ts';

describe('normalisePhone', () => {
  it.each([
    ['0191 384 1000', '+441913841000'],
    ['(0191) 384-1000', '+441913841000'],
    ['+44 (0)191 384 1000', '+441913841000'],
    ['0044 (0) 191 384 1000', '+441913841000'],
    ['07700 900123', '+447700900123'],
    ['+44 7700 900123', '+447700900123'],
    ['+1 (202) 555-0123', '+12025550123'],
    ['00 33 1 23 45 67 89', '+33123456789'],
  ])('keeps %s as %s', (typed, kept) => {
    expect(normalisePhone(typed)).toBe(kept);
  });

  it.each([
    '3841000', '12345', '0191', '00191', '+0191 384 1000', '+44 0191 384 1000', '+44 191',
    '01913841000000', '+1234567890123456', '()()()', '++44 191 384 1000', '-----',
  ])('refuses %s', (typed) => {
    expect(normalisePhone(typed)).toBeNull();
  });

  it('gives what it kept when it is asked again', () => {
    expect(normalisePhone('+441913841000')).toBe('+441913841000');
  });
});
