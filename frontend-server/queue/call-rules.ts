import type { CallOutcome } from '../../shared/contract/submission.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import type { CallEntry } from './call-entries.ts';
import { newCallEntry, resultBytes } from './call-entries.ts';
import type {
  CallAnswer, CallEffect, CallEvent, CallLimits, CallOffer, CallRow, CallWrite,
} from './call-events.ts';
import { Ended } from './ended.ts';
import { Lanes } from './lanes.ts';
import { Pace } from './pace.ts';
import type { Moment, RefusedWhy } from './queue-events.ts';

/**
 * The rules of queued service calls. Pure, as those of queued orders. A service keeps no record of
 * what it did, so they differ:
 *
 * 1. A caller is told 202 only when the row is on disk.
 * 2. Before a service is called it is on disk that it may have been, and whether it may be again.
 * 3. A service that may be called twice is called until it answers, a silent one a few times.
 * 4. Any other is called at most once: when no answer comes, the call ends as `unknown`.
 * 5. An answer is on disk before its owner hears of it, an error of the service is an answer.
 * 6. A withdrawal and the expiry end a call only while nobody is called. If it may have been
 *    carried out before, it ends as `unknown` and not as though it never was.
 */

type Waiting = { kind: CallWrite['kind']; id: string };
type Attempted = { id: string; attempt: number };

export class CallRules {
  readonly #limits: CallLimits;
  readonly #entries = new Map<string, CallEntry>();
  readonly #byOp = new Map<string, CallEntry>();
  readonly #lanes = new Lanes<CallEntry>();
  /** One for each service that is waited for: an outage of one does not slow the others down. */
  readonly #paces = new Map<string, { pace: Pace; open: number }>();
  readonly #owners = new Map<string, number>();
  readonly #ended: Ended<CallEntry>;
  readonly #ready = new Set<CallEntry>();
  /** Waiting for another attempt, with the time of it. */
  readonly #paused = new Map<CallEntry, number>();
  readonly #writes = new Map<number, Waiting>();
  /** Ends whose write the disk refused; tried again at the next sweep. */
  readonly #unwritten = new Set<CallEntry>();
  #effects: CallEffect[] = [];
  #token = 0;
  #seq = 0;
  #endSeq = 0;
  #open = 0;
  #bytes = 0;
  #sweepAtMs = 0;
  #broken = false;

  /** `image`: the rows on disk. */
  constructor(image: readonly CallRow[], limits: CallLimits) {
    this.#limits = limits;
    for (const row of image.toSorted((a, b) => a.seq - b.seq)) {
      const entry = newCallEntry(row, true);
      this.#seq = Math.max(this.#seq, row.seq);
      this.#endSeq = Math.max(this.#endSeq, row.end?.seq ?? 0);
      this.#enter(entry);
    }
    const ended = [...this.#entries.values()].filter(({ row }) => row.end !== null);
    this.#ended = new Ended(ended, limits, resultBytes);
  }

  /** Open calls. */
  get depth(): number {
    return this.#open;
  }

  /** A call that is on disk. */
  row(id: string): CallRow | null {
    const entry = this.#entries.get(id);
    return entry === undefined || !entry.stored ? null : entry.row;
  }

  rowOfOp(opKey: string): CallRow | null {
    return this.#byOp.get(opKey)?.row ?? null;
  }

  /** An open call of the same owner for the same thing. */
  twin(owner: string, fingerprint: string): CallRow | null {
    for (const { row, end } of this.#open > 0 ? this.#entries.values() : []) {
      if (end === null && row.owner === owner && row.fingerprint === fingerprint) return row;
    }
    return null;
  }

  /** The place of an open call among all that are open (1 is the oldest), and what it is at. */
  progressOf(id: string): { position: number; sending: boolean } {
    const entry = must(this.#entries.get(id), 'the call exists');
    let position = 1;
    for (const { row } of this.#entries.values()) {
      if (row.end === null && row.seq < entry.row.seq) position += 1;
    }
    return { position, sending: entry.phase === 'calling' };
  }

  endedAfter(seq: number, limit: number): CallRow[] {
    return this.#ended.after(seq, limit);
  }

  step(event: CallEvent, moment: Moment): CallEffect[] {
    this.#effects = [];
    switch (event.kind) {
      case 'offered':
        this.#offered(event.req, event.offer, moment);
        break;
      case 'withdraw':
        this.#withdraw(event.req, event.id);
        break;
      case 'stored':
        this.#stored(event.token, moment);
        break;
      case 'store-failed':
        this.#storeFailed(event, moment);
        break;
      case 'found':
        this.#found(event, event.idempotent, moment);
        break;
      case 'answered':
        this.#answered(event, event.answer, moment);
        break;
      case 'tick':
        this.#sweep(moment);
        break;
    }
    this.#dispatch(moment);
    return this.#effects;
  }

  #offered(req: number, offer: CallOffer, { wallMs }: Moment): void {
    const known = this.#byOp.get(offer.opKey);
    if (known !== undefined) {
      if (known.row.fingerprint !== offer.fingerprint) this.#refuse(req, 'key-reused');
      else if (known.stored) this.#effects.push({ kind: 'accepted', req, id: known.row.id });
      else known.offers.push(req);
      return;
    }
    const { rowsMax, bytesMax, perOwnerMax } = this.#limits;
    if (this.#broken) return this.#refuse(req, 'not-stored');
    const full = this.#open >= rowsMax || this.#bytes + offer.bytes > bytesMax
      || (this.#owners.get(offer.owner) ?? 0) >= perOwnerMax;
    if (full) return this.#refuse(req, 'full');
    if (offer.expiresAtMs <= wallMs) return this.#refuse(req, 'expired');
    this.#seq += 1;
    const row: CallRow = { ...offer, seq: this.#seq, withdrawn: false, end: null };
    const entry = newCallEntry(row, false);
    entry.offers.push(req);
    this.#enter(entry);
    this.#write({ kind: 'insert', row });
  }

  #withdraw(req: number, id: string): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || !entry.stored) return this.#refuse(req, 'not-found');
    if (entry.row.withdrawn || entry.end !== null) {
      this.#effects.push({ kind: 'noted', req, id });
      return;
    }
    if (this.#broken) return this.#refuse(req, 'not-stored');
    if (entry.noting !== null) {
      entry.noting.push(req);
      return;
    }
    entry.noting = [req];
    this.#ready.delete(entry);
    this.#write({ kind: 'withdrawn', id });
  }

  #stored(token: number, moment: Moment): void {
    const { kind, id } = this.#takeWrite(token);
    const entry = this.#entries.get(id);
    if (kind === 'forget' || entry === undefined) return;
    if (kind === 'insert') {
      entry.stored = true;
      for (const req of entry.offers.splice(0)) this.#effects.push({ kind: 'accepted', req, id });
    } else if (kind === 'withdrawn') {
      entry.row.withdrawn = true;
      for (const req of entry.noting ?? []) this.#effects.push({ kind: 'noted', req, id });
      entry.noting = null;
    } else if (kind === 'begun') {
      if (entry.mark === token) this.#call(entry, moment);
      return;
    } else return this.#endStored(entry);
    this.#settle(entry, moment);
  }

  #storeFailed({ token, certain }: { token: number; certain: boolean }, moment: Moment): void {
    const { kind, id } = this.#takeWrite(token);
    const why = certain ? 'not-stored' : 'unknown';
    this.#broken ||= !certain;
    const entry = this.#entries.get(id);
    if (entry === undefined || kind === 'forget') return;
    if (kind === 'insert') {
      for (const req of entry.offers.splice(0)) this.#refuse(req, why);
      this.#leave(entry);
      this.#forget(entry);
    } else if (kind === 'withdrawn') {
      for (const req of entry.noting ?? []) this.#refuse(req, why);
      entry.noting = null;
      this.#settle(entry, moment);
    } else if (kind === 'begun') {
      if (entry.mark !== token) return;
      // Nobody was called: what could not be written down does not happen.
      if (!entry.mayHaveRun) entry.row.begun = 'never';
      this.#tryLater(entry, moment);
    } else if (certain) this.#unwritten.add(entry);
  }

  #found(at: Attempted, idempotent: boolean | null, moment: Moment): void {
    const entry = this.#entries.get(at.id);
    if (entry?.phase !== 'finding' || entry.attempt !== at.attempt) return;
    const mustNotRepeat = entry.mayHaveRun && idempotent === false;
    if (idempotent === null || mustNotRepeat || !this.#isWanted(entry, moment)) {
      this.#tryLater(entry, moment);
      return;
    }
    const begun = idempotent ? 'again' : 'once';
    if (entry.row.begun === begun) return this.#call(entry, moment);
    entry.phase = 'marking';
    entry.row.begun = begun;
    entry.mark = this.#write({ kind: 'begun', id: entry.row.id, begun });
  }

  #call(entry: CallEntry, moment: Moment): void {
    entry.mark = null;
    if (!this.#isWanted(entry, moment)) return this.#tryLater(entry, moment);
    entry.phase = 'calling';
    const { id, begun } = entry.row;
    const { attempt } = entry;
    this.#effects.push({ kind: 'call', id, attempt, idempotent: begun === 'again' });
  }

  #isWanted({ row, noting }: CallEntry, { wallMs }: Moment): boolean {
    return !this.#broken && !row.withdrawn && noting === null && wallMs < row.expiresAtMs;
  }

  #answered(at: Attempted, answer: CallAnswer, moment: Moment): void {
    const entry = this.#entries.get(at.id);
    if (entry?.phase !== 'calling' || entry.attempt !== at.attempt) return;
    if (answer.kind === 'busy') return this.#tryLater(entry, moment);
    if (answer.kind === 'unknown') {
      entry.mayHaveRun = true;
      entry.silences += 1;
      const last = entry.row.begun === 'once' || entry.silences >= this.#limits.silencesMax;
      if (!last) return this.#tryLater(entry, moment);
    }
    const { pace } = this.#paceOf(entry);
    entry.phase = null;
    pace.over();
    if (answer.kind === 'ended') pace.calm();
    else pace.fail(entry.failures, moment);
    this.#end(entry, answer.kind === 'ended' ? answer.outcome : { as: 'unknown' }, moment);
  }

  /** The attempt is over and has brought nothing; another one follows unless it has to end. */
  #tryLater(entry: CallEntry, moment: Moment): void {
    const { pace } = this.#paceOf(entry);
    entry.phase = null;
    entry.mark = null;
    pace.over();
    if (!entry.mayHaveRun && entry.row.begun !== 'never') {
      entry.row.begun = 'never';
      this.#write({ kind: 'begun', id: entry.row.id, begun: 'never' });
    }
    this.#paused.set(entry, pace.fail(entry.failures, moment));
    entry.failures += 1;
    this.#settle(entry, moment);
  }

  /** Ends it where it has to end and nobody is called; otherwise it takes its turn. */
  #settle(entry: CallEntry, moment: Moment): void {
    const { row, mayHaveRun, phase, noting } = entry;
    if (!entry.stored || phase !== null || noting !== null || entry.end !== null) return;
    if (row.withdrawn) this.#end(entry, { as: mayHaveRun ? 'unknown' : 'withdrawn' }, moment);
    else if (row.begun === 'once') this.#end(entry, { as: 'unknown' }, moment);
    else if (moment.wallMs >= row.expiresAtMs) {
      this.#end(entry, { as: mayHaveRun ? 'unknown' : 'expired' }, moment);
    } else this.#makeReady(entry);
  }

  #end(entry: CallEntry, outcome: CallOutcome, { wallMs }: Moment): void {
    this.#endSeq += 1;
    entry.end = { outcome, atMs: wallMs, seq: this.#endSeq };
    this.#ready.delete(entry);
    this.#paused.delete(entry);
    const next = this.#lanes.leave(entry);
    if (next !== null) this.#makeReady(next);
    this.#writeEnd(entry);
  }

  #writeEnd({ row, end }: CallEntry): void {
    this.#write({ kind: 'end', id: row.id, end: must(end, 'the end is decided') });
  }

  #endStored(entry: CallEntry): void {
    entry.row.end = entry.end;
    this.#count(entry, -1);
    this.#ended.add(entry);
    this.#effects.push({ kind: 'ended', id: entry.row.id });
  }

  #sweep(moment: Moment): void {
    if (moment.nowMs < this.#sweepAtMs || this.#broken) return;
    this.#sweepAtMs = moment.nowMs + this.#limits.sweepMs;
    for (const entry of this.#unwritten) this.#writeEnd(entry);
    this.#unwritten.clear();
    for (const entry of this.#open > 0 ? this.#entries.values() : []) this.#settle(entry, moment);
    for (const entry of this.#ended.takeOld(moment.wallMs)) {
      this.#forget(entry);
      this.#write({ kind: 'forget', id: entry.row.id });
    }
  }

  #dispatch(moment: Moment): void {
    if (this.#broken || (this.#ready.size === 0 && this.#paused.size === 0)) return;
    for (const [entry, atMs] of this.#paused) {
      if (atMs > moment.nowMs) continue;
      this.#paused.delete(entry);
      this.#makeReady(entry);
    }
    for (const { pace } of this.#paces.values()) pace.refill(moment);
    for (const entry of this.#ready) {
      if (!this.#paceOf(entry).pace.begin(moment)) continue;
      this.#ready.delete(entry);
      entry.attempt += 1;
      entry.phase = 'finding';
      this.#effects.push({ kind: 'find', id: entry.row.id, attempt: entry.attempt });
    }
  }

  #makeReady(entry: CallEntry): void {
    const { row, phase, noting, end } = entry;
    const busy = phase !== null || noting !== null || this.#paused.has(entry);
    const over = end !== null || row.withdrawn || row.begun === 'once';
    if (!entry.stored || busy || over) return;
    if (this.#lanes.isFirst(entry)) this.#ready.add(entry);
  }

  #enter(entry: CallEntry): void {
    this.#entries.set(entry.row.id, entry);
    this.#byOp.set(entry.row.opKey, entry);
    if (entry.end !== null) return;
    this.#count(entry, 1);
    this.#lanes.enter(entry);
    this.#makeReady(entry);
  }

  #leave(entry: CallEntry): void {
    const next = this.#lanes.leave(entry);
    if (next !== null) this.#makeReady(next);
    this.#count(entry, -1);
  }

  #forget({ row }: CallEntry): void {
    this.#entries.delete(row.id);
    this.#byOp.delete(row.opKey);
  }

  #count({ row }: CallEntry, by: 1 | -1): void {
    const { service, owner } = row;
    this.#open += by;
    this.#bytes += by * row.bytes;
    const owned = (this.#owners.get(owner) ?? 0) + by;
    if (owned > 0) this.#owners.set(owner, owned);
    else this.#owners.delete(owner);
    const kept = this.#paces.get(service) ?? { pace: new Pace(this.#limits), open: 0 };
    kept.open += by;
    if (kept.open > 0) this.#paces.set(service, kept);
    else this.#paces.delete(service);
  }

  #paceOf({ row }: CallEntry): { pace: Pace } {
    return must(this.#paces.get(row.service), 'a service that is waited for has its pace');
  }

  #write(write: CallWrite): number {
    const id = write.kind === 'insert' ? write.row.id : write.id;
    this.#token += 1;
    this.#writes.set(this.#token, { kind: write.kind, id });
    this.#effects.push({ kind: 'write', token: this.#token, write });
    return this.#token;
  }

  #takeWrite(token: number): Waiting {
    const waiting = this.#writes.get(token);
    assert(waiting !== undefined, 'a write is answered once');
    this.#writes.delete(token);
    return waiting;
  }

  #refuse(req: number, why: RefusedWhy): void {
    this.#effects.push({ kind: 'refused', req, why });
  }
}
