import { describe, expect, it } from 'vitest';
import { codeOf } from '../../nameserver/testing/running-service.ts';
import { PasswordHasher } from './password-hasher.ts';
import { refuseWeakPassword } from './weak-password.ts';

/** As production works, but for the cost of each hash. */
const cheap = { n: 1_024, r: 8, p: 1 };

describe('PasswordHasher', () => {
  it('spends 32 MiB on a password', async () => {
    const { n, r, p } = await new PasswordHasher().hash('a password');
    expect(128 * n * r * p).toBe(32 * 1_048_576);
  });

  it('knows a password by its hash, and no other', async () => {
    const hasher = new PasswordHasher(cheap);
    const known = await hasher.hash('caf\u00e9 au lait');
    expect(await hasher.matches('caf\u00e9 au lait', known)).toBe(true);
    expect(await hasher.matches('cafe\u0301 au lait', known), 'typed in another way').toBe(true);
    expect(await hasher.matches('cafe au lait', known)).toBe(false);
    expect(JSON.stringify(known)).not.toContain('lait');
  });

  it('salts: one password twice gives two hashes', async () => {
    const hasher = new PasswordHasher(cheap);
    const [one, other] = await Promise.all([hasher.hash('the same'), hasher.hash('the same')]);
    expect(one.hash).not.toBe(other.hash);
  });

  it('does the work also where there is nothing to compare with', async () => {
    const hasher = new PasswordHasher(cheap);
    expect(await hasher.matches('anything', null)).toBe(false);
    expect(hasher.computed).toBe(1);
  });

  it('refuses whom it could not answer in time, and serves the others', async () => {
    const hasher = new PasswordHasher(cheap);
    const codes = await Promise.all(
      Array.from({ length: 38 }, (_, n) => codeOf(hasher.matches(`password ${n}`, null))),
    );
    expect(codes.flatMap((code, n) => (code === 'overloaded' ? [n] : []))).toEqual([
      34, 35, 36, 37,
    ]);
    expect(codes.filter((code) => code === 'ok')).toHaveLength(34);
    expect(hasher.computed).toBe(34);
    expect(await hasher.matches('and again', null)).toBe(false);
  });
});

describe('refuseWeakPassword', () => {
  it.each([
    ['', 'too_short'],
    ['seven77', 'too_short'],
    ['\u{1f600}'.repeat(7), 'too_short'],
    ['Grace.Hopper', 'same_as_username'],
    ['Password1', 'too_common'],
    ['12345678', 'too_common'],
  ])('refuses %j', (password, code) => {
    expect(() => refuseWeakPassword(password, 'grace.hopper')).toThrow(
      expect.objectContaining({
        code: 'weak_password',
        data: { issues: [expect.objectContaining({ code }) as unknown] },
      }) as Error,
    );
  });

  it.each(['a moth in relay 70', 'ünïcödé!'])('takes %j', (password) => {
    expect(() => refuseWeakPassword(password, 'grace.hopper')).not.toThrow();
  });
});
