import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secretOf } from '../shared/rpc/testing/echo-server.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { anyone, Identities } from './identity.ts';
import { SessionTokens } from './session-token.ts';
import type { SessionClaims } from './session-token.ts';
import { StaticToken } from './static-token.ts';

const sessions = new SessionTokens(secretOf('ours'));
const operatorToken = 'o'.repeat(43);
const staffToken = 's'.repeat(43);
const nowMs = Date.parse('2026-05-04T12:00:00.000Z');
const identities = new Identities({
  operator: new StaticToken(operatorToken, 'a test'),
  staff: new StaticToken(staffToken, 'a test'),
  sessions,
  clock: { ...systemClock, wallMs: () => nowMs },
});

const claims = (parts: Partial<SessionClaims> = {}): SessionClaims => ({
  session: randomUUID(),
  account: randomUUID(),
  role: 'customer',
  expires_ms: nowMs + 1,
  ...parts,
});
const bearerOf = (parts: Partial<SessionClaims> = {}): string =>
  `Bearer ${sessions.seal(claims(parts))}`;

describe('Identities', () => {
  it('knows the operator, the staff and whoever signed in', () => {
    const mine = claims();
    expect(identities.identify(`bearer  ${operatorToken}`)?.actor).toEqual({
      kind: 'operator',
      id: null,
    });
    expect(identities.identify(`Bearer ${staffToken}`)?.actor).toEqual({ kind: 'staff', id: null });
    expect(identities.identify(`Bearer ${sessions.seal(mine)}`)).toEqual({
      actor: { kind: 'customer', id: mine.account },
      session: mine.session,
    });
  });

  it('tells a caller without a token from one with a wrong one', () => {
    expect(identities.identify(undefined)).toBeNull();
    const good = sessions.seal(claims());
    const wrong = [
      '',
      'Bearer',
      `Bearer ${'o'.repeat(42)}`,
      `Bearer ${'O'.repeat(43)}`,
      operatorToken,
      `Basic ${operatorToken}`,
      bearerOf({ expires_ms: nowMs }),
      `Bearer ${new SessionTokens(secretOf('other')).seal(claims())}`,
      `Bearer os1..${good.split('.')[2] ?? ''}`,
      `Bearer ${good}.${good}`,
      `Bearer os1.${good}`,
      `Bearer os2${good.slice(3)}`,
      `Bearer ${good}${'A'.repeat(500)}`,
    ];
    for (const each of wrong) {
      expect(() => identities.identify(each), each).toThrow('A valid token is needed.');
    }
  });

  it('refuses a token in which a single character was changed', () => {
    const token = sessions.seal(claims());
    fc.assert(
      fc.property(
        fc.nat(token.length - 1),
        fc.constantFrom('A', 'B', 'z', '0', '9', '_', '-', '.'),
        (at, other) => {
          fc.pre(token[at] !== other);
          const changed = `${token.slice(0, at)}${other}${token.slice(at + 1)}`;
          expect(sessions.open(changed, nowMs)).toBeNull();
        },
      ),
    );
    const last = token.length - 1;
    for (const other of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const changed = token.slice(0, last) + other;
      expect(sessions.open(changed, nowMs) !== null).toBe(changed === token);
    }
  });

  it.each([
    ['customer', bearerOf(), undefined],
    ['staff', bearerOf({ role: 'staff' }), bearerOf()],
    ['staff', `Bearer ${staffToken}`, bearerOf()],
    ['operator', `Bearer ${operatorToken}`, `Bearer ${staffToken}`],
  ] as const)('lets in for %s whoever may, and nobody below', (access, good, below) => {
    expect(identities.admit(access, good).actor.kind).toBe(
      access === 'customer' ? 'customer' : access,
    );
    expect(identities.admit('customer', good).actor).toBeDefined();
    expect(() => identities.admit(access, below)).toThrow(
      expect.objectContaining({
        code: below === undefined ? 'unauthorized' : 'forbidden',
      }) as Error,
    );
    expect(() => identities.admit(access, 'Bearer wrong')).toThrow('A valid token is needed.');
  });

  it('lets everybody do what anyone may, with an old token too', () => {
    expect(identities.admit('anyone', undefined)).toEqual(anyone);
    expect(identities.admit('anyone', bearerOf({ expires_ms: 0 }))).toEqual(anyone);
    expect(identities.admit('anyone', `Bearer ${operatorToken}`).actor.kind).toBe('operator');
  });
});
