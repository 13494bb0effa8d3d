import { describe, expect, it } from 'vitest';
import { must } from '../../shared/runtime/assert.ts';
import type { CallAnswer, CallEffect, CallEvent, CallRow, CallWrite } from './call-events.ts';
import { CallRules } from './call-rules.ts';
import { callTestLimits } from './testing/call-world.ts';

const startMs = 1e12;

/** The rules with a disk that takes what it is told to take, and a clock that is moved by hand. */
class Bench {
  rules = new CallRules([], callTestLimits);
  readonly disk = new Map<string, CallRow>();
  readonly effects: CallEffect[] = [];
  #nowMs = 0;
  #req = 0;

  step(event: CallEvent): CallEffect[] {
    const moment = { nowMs: this.#nowMs, wallMs: startMs + this.#nowMs, chance: 0 };
    const effects = this.rules.step(event, moment);
    this.effects.push(...effects);
    return effects;
  }

  wait(ms: number): CallEffect[] {
    this.#nowMs += ms;
    return this.step({ kind: 'tick' });
  }

  /** The first write that is under way is carried out, or refused. */
  write(how: 'done' | 'full' = 'done'): CallWrite {
    const at = this.effects.findIndex(({ kind }) => kind === 'write');
    const [effect] = this.effects.splice(at, 1);
    if (effect?.kind !== 'write') throw new TypeError('nothing is written');
    const { token, write } = effect;
    if (how === 'done') {
      if (write.kind === 'insert') this.disk.set(write.row.id, { ...write.row });
      const row = must(this.disk.get('a'), 'there is one');
      if (write.kind === 'begun') row.begun = write.begun;
      if (write.kind === 'withdrawn') row.withdrawn = true;
      if (write.kind === 'end') row.end = write.end;
    }
    this.step(how === 'done'
      ? { kind: 'stored', token } : { kind: 'store-failed', token, certain: true });
    return write;
  }

  offer(parts: Partial<CallRow> = {}): void {
    this.#req += 1;
    const offer = {
      id: 'a', opKey: 'ada\n1', owner: 'ada', service: 's.a', fingerprint: '', bytes: 1,
      begun: 'never' as const, queuedAtMs: startMs, expiresAtMs: startMs + 60_000, ...parts,
    };
    this.step({ kind: 'offered', req: this.#req, offer });
  }

  withdraw(): void {
    this.#req += 1;
    this.step({ kind: 'withdraw', req: this.#req, id: 'a' });
  }

  /** The last `find` or `call`, taken out. */
  sent(kind: 'find' | 'call'): { id: string; attempt: number } {
    const at = this.effects.findLastIndex((effect) => effect.kind === kind);
    const [effect] = this.effects.splice(at, at < 0 ? 0 : 1);
    if (effect?.kind !== 'find' && effect?.kind !== 'call') throw new TypeError(`no ${kind}`);
    return { id: effect.id, attempt: effect.attempt };
  }

  isSent(kind: 'find' | 'call'): boolean {
    return this.effects.some((effect) => effect.kind === kind);
  }

  found(idempotent: boolean | null): void {
    this.step({ kind: 'found', ...this.sent('find'), idempotent });
  }

  answered(answer: CallAnswer): void {
    this.step({ kind: 'answered', ...this.sent('call'), answer });
  }

  /** Stored, found and recorded: it is being called. */
  called(idempotent: boolean): void {
    this.offer();
    this.write();
    this.found(idempotent);
    this.write();
  }

  restart(): void {
    this.effects.length = 0;
    this.rules = new CallRules([...this.disk.values()], callTestLimits);
  }

  end(): string | undefined {
    return this.rules.row('a')?.end?.outcome.as;
  }
}

const answer: CallAnswer = {
  kind: 'ended', outcome: { as: 'answered', result: 42, instance: 'x' },
};

describe('a queued call', () => {
  it('is made once it is on disk that it may have been made', () => {
    const bench = new Bench();
    bench.offer();
    expect(bench.isSent('find')).toBe(false);
    bench.write();
    bench.found(true);
    expect(bench.isSent('call')).toBe(false);
    expect(bench.write()).toMatchObject({ kind: 'begun', begun: 'again' });
    bench.answered(answer);
    bench.write();
    expect(bench.end()).toBe('answered');
  });

  it('waits for its own record where an older one is still on its way to the disk', () => {
    const bench = new Bench();
    bench.called(true);
    bench.answered({ kind: 'busy' });
    bench.wait(100);
    bench.found(true);
    expect(bench.write()).toMatchObject({ kind: 'begun', begun: 'never' });
    expect(bench.isSent('call')).toBe(false);
    bench.write();
    expect(bench.isSent('call')).toBe(true);
  });

  it('is not made when the disk refuses to record it, and is tried again', () => {
    const bench = new Bench();
    bench.offer();
    bench.write();
    bench.found(true);
    bench.write('full');
    expect(bench.isSent('call')).toBe(false);
    bench.wait(100);
    bench.found(true);
    expect(bench.write()).toMatchObject({ kind: 'begun', begun: 'again' });
    expect(bench.isSent('call')).toBe(true);
  });

  it('of a service that must not be called twice ends as unknown after a silence', () => {
    const bench = new Bench();
    bench.called(false);
    bench.answered({ kind: 'unknown' });
    bench.write();
    expect(bench.end()).toBe('unknown');
  });

  it('of such a service is not made again after a restart, whatever comes first', () => {
    const bench = new Bench();
    bench.called(false);
    bench.restart();
    bench.offer({ id: 'b', opKey: 'ada\n2' });
    expect(bench.isSent('find')).toBe(false);
    bench.wait(1_000);
    bench.write();
    bench.write();
    expect(bench.end()).toBe('unknown');
  });

  it('of such a service is made again when it was certainly not carried out', () => {
    const bench = new Bench();
    bench.called(false);
    bench.answered({ kind: 'busy' });
    expect(bench.write()).toMatchObject({ kind: 'begun', begun: 'never' });
    bench.restart();
    bench.wait(1_000);
    bench.found(false);
    bench.write();
    bench.answered(answer);
    bench.write();
    expect(bench.end()).toBe('answered');
  });

  it('that may have run is not made at an instance that must not be called twice', () => {
    const bench = new Bench();
    bench.called(true);
    bench.answered({ kind: 'unknown' });
    bench.wait(100);
    bench.found(false);
    expect(bench.effects).toEqual([{ kind: 'accepted', req: 1, id: 'a' }]);
    bench.wait(1_000);
    bench.found(true);
    expect(bench.isSent('call')).toBe(true);
  });

  it('is given up after silence upon silence, and frees those behind it', () => {
    const bench = new Bench();
    bench.called(true);
    bench.offer({ id: 'b', opKey: 'ada\n2' });
    bench.write();
    for (let n = 1; n < callTestLimits.silencesMax; n += 1) {
      bench.answered({ kind: 'unknown' });
      bench.wait(1_000);
      bench.found(true);
    }
    bench.answered({ kind: 'unknown' });
    bench.write();
    expect(bench.end()).toBe('unknown');
    bench.wait(1_000);
    expect(bench.sent('find').id).toBe('b');
  });

  it('that is taken back before it was made ends as withdrawn', () => {
    const bench = new Bench();
    bench.offer();
    bench.write();
    bench.found(null);
    bench.withdraw();
    bench.write();
    bench.write();
    expect(bench.end()).toBe('withdrawn');
  });

  it('that is taken back while it is looked for is not made', () => {
    const bench = new Bench();
    bench.offer();
    bench.write();
    bench.withdraw();
    bench.found(true);
    expect(bench.isSent('call')).toBe(false);
    bench.write();
    bench.write();
    expect(bench.end()).toBe('withdrawn');
  });

  it('that is taken back while it is recorded is not made', () => {
    const bench = new Bench();
    bench.offer();
    bench.write();
    bench.found(true);
    bench.withdraw();
    bench.write();
    expect(bench.isSent('call')).toBe(false);
    for (let n = 0; n < 3; n += 1) bench.write();
    expect(bench.end()).toBe('withdrawn');
  });

  it.each(['withdrawn', 'expired'])('that may have run is not said to be %s', (how) => {
    const bench = new Bench();
    bench.called(true);
    bench.answered({ kind: 'unknown' });
    if (how === 'withdrawn') {
      bench.withdraw();
      bench.write();
    } else bench.wait(60_000);
    bench.write();
    expect(bench.end()).toBe('unknown');
  });

  it('that is answered after it was taken back ends as answered', () => {
    const bench = new Bench();
    bench.called(true);
    bench.withdraw();
    bench.write();
    bench.answered(answer);
    bench.write();
    expect(bench.end()).toBe('answered');
  });

  it('is refused beyond the bound of its owner, and others are not', () => {
    const bench = new Bench();
    for (let n = 0; n <= callTestLimits.perOwnerMax; n += 1) {
      bench.offer({ id: `c${n}`, opKey: `ada\n${n}` });
    }
    expect(bench.effects.filter(({ kind }) => kind === 'refused'))
      .toEqual([{ kind: 'refused', req: callTestLimits.perOwnerMax + 1, why: 'full' }]);
    bench.offer({ id: 'd', opKey: 'bob\n1', owner: 'bob' });
    expect(bench.effects.filter(({ kind }) => kind === 'refused')).toHaveLength(1);
  });

  it('of a service that is away does not slow down those of another', () => {
    const bench = new Bench();
    bench.offer();
    bench.write();
    bench.found(null);
    bench.offer({ id: 'b', opKey: 'ada\n2', service: 's.b' });
    bench.write();
    expect(bench.sent('find').id).toBe('b');
  });
});
