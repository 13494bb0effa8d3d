import type { CallOutcome } from '../../../shared/contract/submission.ts';
import { must } from '../../../shared/runtime/assert.ts';
import type {
  CallAnswer, CallEffect, CallEvent, CallLimits, CallRow, CallWrite,
} from '../call-events.ts';
import { CallRules } from '../call-rules.ts';
import type { Moment } from '../queue-events.ts';
import { testLimits } from './queue-world.ts';

/** A front end with its disk, and services that come and go, in memory: for property tests. */

export type Step =
  | { do: 'offer'; key: number; service: number; owner: string }
  | { do: 'withdraw'; pick: number }
  | { do: 'disk-full' | 'disk-error' }
  /** The disk has carried out so many of the writes under way. */
  | { do: 'sync'; count: number }
  /** `keep`: how many of the writes under way survive. */
  | { do: 'crash'; keep: number }
  /** What lives of a service from now on; null: nothing. */
  | { do: 'service'; service: number; idempotent: boolean | null }
  | { do: 'deliver' | 'refuse' | 'lose-answer' | 'lose-request' | 'late-copy'; pick: number }
  | { do: 'wait'; ms: number };

export const callTestLimits: CallLimits = {
  ...testLimits, rowsMax: 8, perOwnerMax: 5, silencesMax: 3, keptBytesMax: 1_000_000,
};

const applyWrite = (disk: Map<string, CallRow>, write: CallWrite): void => {
  if (write.kind === 'insert') {
    disk.set(write.row.id, structuredClone(write.row));
    return;
  }
  const row = must(disk.get(write.id), 'only a row on disk is changed');
  if (write.kind === 'forget') disk.delete(write.id);
  else if (write.kind === 'begun') disk.set(write.id, { ...row, begun: write.begun });
  else if (write.kind === 'withdrawn') disk.set(write.id, { ...row, withdrawn: true });
  else disk.set(write.id, { ...row, end: write.end });
};

type Message = { boot: number; id: string; attempt: number; service: string }
  & ({ kind: 'find' } | { kind: 'call'; idempotent: boolean });

export class CallWorld {
  readonly violations: string[] = [];
  readonly #disk = new Map<string, CallRow>();
  #underWay: { token: number; write: CallWrite }[] = [];
  #rules = new CallRules([], callTestLimits);
  #boot = 1;
  #broken = false;
  readonly #living = new Map<string, boolean | null>();
  #messages: Message[] = [];
  #late: Message[] = [];
  /** How often each call was carried out, and which of them must not be twice. */
  readonly #runs = new Map<string, number>();
  readonly #once = new Set<string>();
  /** Calls that were answered 202, and what their owners were told at last. */
  readonly #promised = new Map<string, CallOutcome | null>();
  readonly #takenBack = new Set<string>();
  readonly #decided = new Set<string>();
  #nowMs = 0;
  #count = 0;

  run(step: Step): void {
    switch (step.do) {
      case 'offer': return this.#offer(step);
      case 'withdraw': return this.#withdraw(step.pick);
      case 'sync': return this.#sync(step.count);
      case 'disk-full': return this.#failWrites(true);
      case 'disk-error': return this.#failWrites(false);
      case 'crash': return this.#crash(step.keep);
      case 'service':
        this.#living.set(`s.${step.service}`, step.idempotent);
        return;
      case 'wait': return this.#wait(step.ms);
      case 'deliver':
      case 'refuse':
      case 'lose-answer':
      case 'lose-request':
      case 'late-copy':
        return this.#network(step.do, step.pick);
    }
  }

  /** No more faults, and every service lives: everything that was promised must end. */
  heal(): void {
    if (this.#broken) this.#crash(0);
    for (const service of ['s.0', 's.1']) this.#living.set(service, true);
    for (let round = 0; round < 300; round += 1) {
      this.#sync(1_000);
      while (this.#messages.length > 0) this.#network('deliver', 0);
      this.#wait(100);
    }
    while (this.#late.length > 0) this.#network('late-copy', 0);
  }

  /** Whoever asks afterwards is told what is known; what is left has no end. */
  unfinished(): string[] {
    for (const id of this.#promised.keys()) if (this.#rules.row(id)?.end) this.#told(id);
    return [...this.#promised].flatMap(([id, told]) => (told === null ? [id] : []));
  }

  /** How the calls ended, to see that the histories reach every end. */
  outcomes(): string[] {
    return [...this.#promised.values()].map((told) => told?.as ?? 'open');
  }

  #moment(): Moment {
    this.#count += 1;
    return { nowMs: this.#nowMs, wallMs: 1e12 + this.#nowMs, chance: (this.#count % 10) / 10 };
  }

  #step(event: CallEvent): void {
    for (const effect of this.#rules.step(event, this.#moment())) this.#perform(effect);
  }

  #perform(effect: CallEffect): void {
    switch (effect.kind) {
      case 'write':
        if (effect.write.kind === 'end') this.#decided.add(effect.write.id);
        this.#underWay.push(effect);
        return;
      case 'accepted':
        this.#expect(this.#disk.has(effect.id), `${effect.id} was answered 202, not on disk`);
        if (!this.#promised.has(effect.id)) this.#promised.set(effect.id, null);
        if (this.#rules.row(effect.id)?.end) this.#told(effect.id);
        return;
      case 'noted':
        return this.#noted(effect.id);
      case 'refused':
        return;
      case 'ended':
        return this.#told(effect.id);
      case 'find':
      case 'call': {
        const { service } = must(this.#rules.row(effect.id), 'only what is on disk is sent');
        if (effect.kind === 'call') this.#checkCall(effect);
        this.#messages.push({ ...effect, boot: this.#boot, service });
      }
    }
  }

  #noted(id: string): void {
    const row = this.#disk.get(id);
    if (row?.withdrawn === true) this.#takenBack.add(id);
    const isOver = this.#decided.has(id) || row?.end !== null;
    this.#expect(row?.withdrawn === true || isOver, `${id} withdrawn, not on disk`);
  }

  #expect(condition: boolean, violation: string): void {
    if (!condition) this.violations.push(violation);
  }

  #checkCall({ id, idempotent }: Extract<CallEffect, { kind: 'call' }>): void {
    const row = this.#disk.get(id);
    this.#expect(row?.begun === (idempotent ? 'again' : 'once'), `${id} is called unrecorded`);
    this.#expect(!this.#takenBack.has(id), `${id} is called after its withdrawal`);
    for (const other of this.#disk.values()) {
      const before = row !== undefined && other.owner === row.owner
        && other.service === row.service && other.seq < row.seq && other.end === null;
      this.#expect(!before || this.#decided.has(other.id), `${id} overtakes ${other.id}`);
    }
  }

  #told(id: string): void {
    const end = this.#disk.get(id)?.end ?? null;
    this.#expect(end !== null, `${id} was said to have ended and the disk does not know`);
    if (end === null) return;
    const before = this.#promised.get(id) ?? null;
    const same = before === null || JSON.stringify(before) === JSON.stringify(end.outcome);
    this.#expect(same, `${id} ended twice`);
    this.#promised.set(id, end.outcome);
    const runs = this.#runs.get(id) ?? 0;
    const { as } = end.outcome;
    if (as === 'answered' || as === 'rejected') this.#expect(runs > 0, `${id} is made up`);
    if (as === 'expired' || as === 'withdrawn') this.#expect(runs === 0, `${id} ran, yet ${as}`);
  }

  #offer({ key, service, owner }: Extract<Step, { do: 'offer' }>): void {
    this.#count += 1;
    const queuedAtMs = 1e12 + this.#nowMs;
    this.#step({
      kind: 'offered', req: this.#count,
      offer: {
        id: `c${this.#count}`, opKey: `${owner}\n${key}`, owner, service: `s.${service}`,
        // A key that meets another request now and then.
        fingerprint: key === 4 ? String(service) : '', bytes: 10, begun: 'never', queuedAtMs,
        expiresAtMs: queuedAtMs + (this.#count % 3 === 0 ? 400 : 1e9),
      },
    });
  }

  #withdraw(pick: number): void {
    const open = [...this.#disk.values()].filter(({ end }) => end === null);
    const row = open[pick % Math.max(1, open.length)];
    if (row === undefined) return;
    this.#count += 1;
    this.#step({ kind: 'withdraw', req: this.#count, id: row.id });
  }

  #sync(count: number): void {
    const batch = this.#underWay.splice(0, count);
    for (const { write } of batch) applyWrite(this.#disk, write);
    for (const { token } of batch) this.#step({ kind: 'stored', token });
  }

  #failWrites(certain: boolean): void {
    const batch = this.#underWay.splice(0);
    // Nobody can tell: here the first of them is there after all.
    const [first] = batch;
    this.#broken ||= !certain && first !== undefined;
    if (!certain && first !== undefined) applyWrite(this.#disk, first.write);
    for (const { token } of batch) this.#step({ kind: 'store-failed', token, certain });
  }

  #crash(keep: number): void {
    for (const { write } of this.#underWay.splice(0).slice(0, keep)) applyWrite(this.#disk, write);
    this.#boot += 1;
    this.#broken = false;
    this.#late.push(...this.#messages.splice(0));
    this.#decided.clear();
    this.#rules = new CallRules([...this.#disk.values()], callTestLimits);
    this.#step({ kind: 'tick' });
  }

  #wait(ms: number): void {
    this.#nowMs += ms;
    this.#step({ kind: 'tick' });
  }

  #network(
    how: 'deliver' | 'refuse' | 'lose-answer' | 'lose-request' | 'late-copy', pick: number,
  ): void {
    const from = how === 'late-copy' ? this.#late : this.#messages;
    const [message] = from.splice(pick % Math.max(1, from.length), 1);
    if (message === undefined) return;
    const { boot, id, attempt, service } = message;
    if (message.kind === 'find') {
      const idempotent = this.#living.get(service) ?? null;
      if (boot === this.#boot) this.#step({ kind: 'found', id, attempt, idempotent });
      return;
    }
    let answer: CallAnswer = { kind: 'unknown' };
    if (how === 'refuse') answer = { kind: 'busy' };
    else if (how === 'lose-request') this.#late.push(message);
    else {
      const served = this.#serve(message);
      if (how === 'deliver') answer = served;
    }
    const heard = how !== 'late-copy' && boot === this.#boot;
    if (heard) this.#step({ kind: 'answered', id, attempt, answer });
  }

  #serve({ id, ...message }: Message): CallAnswer {
    const runs = (this.#runs.get(id) ?? 0) + 1;
    this.#runs.set(id, runs);
    if (message.kind === 'call' && !message.idempotent) this.#once.add(id);
    this.#expect(runs === 1 || !this.#once.has(id), `${id} was carried out twice`);
    const told = this.#promised.get(id)?.as;
    this.#expect(told !== 'expired' && told !== 'withdrawn', `${id} runs after it was ${told}`);
    if (Number(id.slice(1)) % 5 > 0) {
      return { kind: 'ended', outcome: { as: 'answered', result: runs, instance: 'x' } };
    }
    const refusal = { code: 'service_refused' as const, detail: '', data: {} };
    return { kind: 'ended', outcome: { as: 'rejected', refusal } };
  }
}
