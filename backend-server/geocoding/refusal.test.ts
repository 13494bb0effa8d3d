import { describe, expect, it } from 'vitest';
import type { Located } from './geocoder.ts';
import { notices, refusal } from './refusal.ts';

type Status = Located['geocode']['status'];

const located = (status: Status, terminatedOn: string | null = null): Located => ({
  geocode: {
    status, source: 'none', provider: null, looked_up_at: '2026-01-01T00:00:00.000Z',
    corrected: false, disputed: false, attempts: [],
  },
  position: null,
  terminatedOn,
});

describe('refusal', () => {
  it('refuses a postcode that no service knows', () => {
    expect(refusal(located('not_found'), 'DH1 9ZZ')).toEqual({
      code: 'POSTCODE_NOT_FOUND',
      message: 'We could not find DH1 9ZZ. Check it, or choose another address',
    });
  });

  it('refuses a postcode that is out of use, with the month when it is known', () => {
    expect(refusal(located('terminated', '2014-03'), 'DH1 4SW')).toEqual({
      code: 'POSTCODE_TERMINATED',
      message: 'DH1 4SW has not been in use since March 2014. Your street may have a new one',
    });
    expect(refusal(located('terminated'), 'DH1 4SW')?.message)
      .toBe('DH1 4SW is no longer in use. Your street may have a new one');
  });

  it.each(['resolved', 'unverified', 'no_position'] as const)('accepts %s', (status) => {
    expect(refusal(located(status), 'DH1 4SW')).toBeNull();
  });
});

describe('notices', () => {
  const parsed = { ok: true, postcode: 'SW1A 1AA', corrected: true } as const;

  it('tells what a corrected postcode was read as', () => {
    expect(notices(parsed, located('resolved')))
      .toEqual([{ code: 'POSTCODE_CORRECTED', message: 'We read that as SW1A 1AA' }]);
  });

  it('tells that nobody could be asked', () => {
    expect(notices({ ...parsed, corrected: false }, located('unverified')).map(({ code }) => code))
      .toEqual(['POSTCODE_UNVERIFIED']);
  });

  it('has nothing to say of an ordinary order', () => {
    expect(notices({ ...parsed, corrected: false }, located('resolved'))).toEqual([]);
  });
});
