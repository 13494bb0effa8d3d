import { describe, expect, it } from 'vitest';
import { Registry } from './registry.ts';
import { a, aRegistration, b, c, storeNamed } from './testing/rule-bench.ts';

const aRegistry = () => new Registry(2000);
const ids = (entries: { registration: { instance: string } }[]) =>
  entries.map(({ registration }) => registration.instance);

describe('Registry', () => {
  it('keeps a registration alive for its lease and lists it after that', () => {
    const registry = aRegistry();
    registry.put(aRegistration(a), null, 1000);
    expect(registry.alive(registry.get(a), 3000)).toBe(true);
    expect(registry.alive(registry.get(a), 3001)).toBe(false);
    expect(ids(registry.living('replica', 'main', 3001))).toEqual([]);
    expect(ids(registry.list(3001, {}))).toEqual([a]);
  });

  it('forgets what has been gone for ten minutes', () => {
    const registry = aRegistry();
    registry.put(aRegistration(a), null, 0);
    registry.sweep(600_000);
    expect(registry.get(a)).not.toBeNull();
    registry.sweep(600_001);
    expect(registry.get(a)).toBeNull();
  });

  it('takes a newer process of an instance and refuses an older one', () => {
    const registry = aRegistry();
    expect(registry.put(aRegistration(a, { boot: 3 }), null, 0)).toBe(true);
    expect(registry.put(aRegistration(a, { boot: 2, address: '10.0.0.1:1' }), null, 0)).toBe(false);
    expect(registry.get(a)?.registration).toMatchObject({ boot: 3, address: '127.0.0.1:1' });
    expect(registry.put(aRegistration(a, { boot: 4 }), null, 0)).toBe(true);
  });

  it('removes only the process that asks', () => {
    const registry = aRegistry();
    registry.put(aRegistration(a, { boot: 2 }), null, 0);
    expect(registry.remove(a, 1)).toBe(false);
    expect(registry.remove(b, 2)).toBe(false);
    expect(registry.remove(a, 2)).toBe(true);
    expect(registry.get(a)).toBeNull();
  });

  it('counts a process that a probe found dead as dead until it beats again', () => {
    const registry = aRegistry();
    registry.put(aRegistration(a), null, 0);
    registry.markRefused(a);
    registry.markRefused(b);
    expect(registry.alive(registry.get(a), 1)).toBe(false);
    registry.put(aRegistration(a), null, 1);
    expect(registry.alive(registry.get(a), 1)).toBe(true);
  });

  it('lists the living first, then by id, filtered by kind, group and prefix', () => {
    const registry = aRegistry();
    registry.put(aRegistration(a, { id: 'x-1' }), null, 0);
    registry.put(aRegistration(c, { id: 'x-3' }), null, 5000);
    registry.put(aRegistration(b, { id: 'x-2' }), null, 5000);
    registry.put(aRegistration(storeNamed('e'), { id: 'y-1', kind: 'frontend' }), null, 5000);
    registry.put(aRegistration(storeNamed('f'), { id: 'x-9', group: 'other' }), null, 5000);
    expect(ids(registry.list(5000, { kind: 'replica', group: 'main' }))).toEqual([b, c, a]);
    expect(ids(registry.list(5000, { prefix: 'y' }))).toEqual([storeNamed('e')]);
    expect(ids(registry.living('replica', 'other', 5000))).toEqual([storeNamed('f')]);
  });

  it('is bounded: the 10,001st instance is refused, a known one is not', () => {
    const registry = aRegistry();
    const nth = (n: number) => n.toString(16).padStart(32, '0');
    for (let n = 0; n < 10_000; n += 1) registry.put(aRegistration(nth(n)), null, 0);
    expect(registry.put(aRegistration(nth(10_000)), null, 0)).toBe(false);
    expect(registry.put(aRegistration(nth(7)), null, 0)).toBe(true);
  });
});
