import type { Ending, Outcome } from '../../shared/contract/submission.ts';
import { assert, must } from '../../shared/runtime/assert.ts';
import { Ended } from './ended.ts';
import { Lanes, newEntry } from './lanes.ts';
import type { Entry } from './lanes.ts';
import { Pace } from './pace.ts';
import type {
  AttemptAnswer,
  Moment,
  QueueEffect,
  QueueEvent,
  QueueLimits,
  QueueRow,
  QueueWrite,
  RefusedWhy,
} from './queue-events.ts';

/**
 * The rules of the pending queue (PROTOCOL H25, I12). Pure: events in, effects out, no clock, no
 * chance, no disk. One process holds one; after a crash a new one is made from the rows on disk.
 *
 * 1. A caller is told 202 only when the row is on disk.
 * 2. An order is sent under one op however often it is sent; the back ends carry an op out once.
 * 3. A row ends only with what the replicated state says about its op. A refusal, an expiry or a
 *    withdrawal is not final by itself, since an earlier copy may have been placed or may still be
 *    on its way: it is recorded under the same op first (`close`), which answers with what holds.
 * 4. A withdrawal is on disk before its owner hears of it, and no order is sent after it.
 * 5. Orders of one lane are sent one after the other, in the order of arrival.
 */

type Offer = Extract<QueueEvent, { kind: 'offered' }>['offer'];
type Waiting = { kind: QueueWrite['kind']; id: string };

const bySeq = (a: QueueRow, b: QueueRow): number => a.seq - b.seq;

export class QueueRules {
  readonly #limits: QueueLimits;
  readonly #pace: Pace;
  readonly #entries = new Map<string, Entry>();
  readonly #byOp = new Map<string, Entry>();
  readonly #lanes = new Lanes();
  readonly #ended: Ended<Entry>;
  readonly #ready = new Set<Entry>();
  /** Waiting for another attempt, with the time of it. */
  readonly #paused = new Map<Entry, number>();
  readonly #writes = new Map<number, Waiting>();
  /** Ends whose write the disk refused; tried again at the next sweep. */
  readonly #unwritten = new Set<Entry>();
  #effects: QueueEffect[] = [];
  #token = 0;
  #seq = 0;
  #endSeq = 0;
  #open = 0;
  #bytes = 0;
  #sweepAtMs = 0;
  #broken = false;

  /** `image`: the rows on disk. */
  constructor(image: readonly QueueRow[], limits: QueueLimits) {
    this.#limits = limits;
    this.#pace = new Pace(limits);
    for (const row of image.toSorted(bySeq)) {
      const entry = newEntry({ ...row }, true);
      this.#endSeq = Math.max(this.#endSeq, row.end?.seq ?? 0);
      this.#entries.set(row.id, entry);
      this.#byOp.set(row.opKey, entry);
      this.#seq = Math.max(this.#seq, row.seq);
      if (row.end !== null) continue;
      this.#open += 1;
      this.#bytes += row.bytes;
      this.#enterLane(entry);
    }
    const ended = [...this.#entries.values()].filter(({ row }) => row.end !== null);
    // Of one that has ended only its outcome is kept, which is small: bounded by number.
    this.#ended = new Ended(ended, { ...limits, keptBytesMax: Infinity }, () => 0);
  }

  /** Open submissions, the bytes of their requests, and since when the oldest waits. */
  get load(): { rows: number; bytes: number; oldestAtMs: number | null } {
    let oldestAtMs: number | null = null;
    for (const { row } of this.#open > 0 ? this.#entries.values() : []) {
      if (row.end !== null) continue;
      oldestAtMs = row.queuedAtMs;
      break;
    }
    return { rows: this.#open, bytes: this.#bytes, oldestAtMs };
  }

  /** False: the disk failed; nothing is taken or sent until a restart shows what is on it. */
  get sound(): boolean {
    return !this.#broken;
  }

  /** True while no attempt has been answered by a back end since the last that was not. */
  get troubled(): boolean {
    return this.#pace.troubled;
  }

  get hasRoom(): boolean {
    const { rowsMax, bytesMax } = this.#limits;
    return !this.#broken && this.#open < rowsMax && this.#bytes < bytesMax;
  }

  /** A submission that is on disk. */
  row(id: string): QueueRow | null {
    const entry = this.#entries.get(id);
    return entry === undefined || !entry.stored ? null : entry.row;
  }

  get endedCount(): number {
    return this.#ended.count;
  }

  rowOfOp(opKey: string): QueueRow | null {
    return this.#byOp.get(opKey)?.row ?? null;
  }

  /** True while an earlier order of this customer is not decided: a later one goes behind it. */
  isWaiting(lane: string): boolean {
    return this.#lanes.has(lane);
  }

  /**
   * Where an open submission stands: its place among all that are open (1 is the oldest), whether
   * an attempt is under way, and how it will end once the back ends confirm it (null: as placed).
   */
  progressOf(id: string): { position: number; sending: boolean; ending: Ending | null } {
    const entry = must(this.#entries.get(id), 'the submission exists');
    let position = 1;
    for (const { row } of this.#entries.values()) {
      if (row.end === null && row.seq < entry.row.seq) position += 1;
    }
    return { position, sending: entry.inFlight !== null, ending: entry.ending };
  }

  /** Ended submissions in the order of ending, those after `seq` of their end. */
  endedAfter(seq: number, limit: number): QueueRow[] {
    return this.#ended.after(seq, limit);
  }

  step(event: QueueEvent, moment: Moment): QueueEffect[] {
    this.#effects = [];
    switch (event.kind) {
      case 'offered':
        this.#offered(event.req, event.offer, moment);
        break;
      case 'withdraw':
        this.#withdraw(event.req, event.id);
        break;
      case 'stored':
        this.#stored(event.token);
        break;
      case 'store-failed':
        this.#storeFailed(event.token, event.certain);
        break;
      case 'answered':
        this.#answered(event, moment);
        break;
      case 'primary-serves':
        this.#serves(moment);
        break;
      case 'tick':
        this.#sweep(moment);
        break;
    }
    this.#dispatch(moment);
    return this.#effects;
  }

  #offered(req: number, offer: Offer, { wallMs }: Moment): void {
    const known = this.#byOp.get(offer.opKey);
    if (known !== undefined) {
      if (known.row.fingerprint !== offer.fingerprint) this.#refuse(req, 'key-reused');
      else if (known.stored) this.#effects.push({ kind: 'accepted', req, id: known.row.id });
      else known.offers.push(req);
      return;
    }
    const { rowsMax, bytesMax } = this.#limits;
    if (this.#broken) return this.#refuse(req, 'not-stored');
    if (this.#open >= rowsMax || this.#bytes + offer.bytes > bytesMax) {
      return this.#refuse(req, 'full');
    }
    if (offer.expiresAtMs <= wallMs) return this.#refuse(req, 'expired');
    this.#seq += 1;
    const row: QueueRow = { ...offer, seq: this.#seq, withdrawn: false, end: null };
    const entry = newEntry(row, false);
    entry.offers.push(req);
    this.#entries.set(row.id, entry);
    this.#byOp.set(row.opKey, entry);
    this.#open += 1;
    this.#bytes += row.bytes;
    this.#enterLane(entry);
    this.#write({ kind: 'insert', row: { ...row } });
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

  #stored(token: number): void {
    const { kind, id } = this.#takeWrite(token);
    const entry = this.#entries.get(id);
    if (kind === 'forget' || entry === undefined) return;
    if (kind === 'insert') {
      entry.stored = true;
      for (const req of entry.offers.splice(0)) this.#effects.push({ kind: 'accepted', req, id });
    } else if (kind === 'withdrawn') {
      entry.row.withdrawn = true;
      entry.ending = { as: 'withdrawn' };
      for (const req of entry.noting ?? []) this.#effects.push({ kind: 'noted', req, id });
      entry.noting = null;
    } else return this.#endStored(entry);
    this.#makeReady(entry);
  }

  #storeFailed(token: number, certain: boolean): void {
    const { kind, id } = this.#takeWrite(token);
    const why = certain ? 'not-stored' : 'unknown';
    this.#broken ||= !certain;
    const entry = this.#entries.get(id);
    if (entry === undefined || kind === 'forget') return;
    if (kind === 'insert') {
      for (const req of entry.offers.splice(0)) this.#refuse(req, why);
      this.#entries.delete(id);
      this.#byOp.delete(entry.row.opKey);
      this.#open -= 1;
      this.#bytes -= entry.row.bytes;
      this.#leaveLane(entry);
    } else if (kind === 'withdrawn') {
      for (const req of entry.noting ?? []) this.#refuse(req, why);
      entry.noting = null;
      this.#makeReady(entry);
    } else if (certain) this.#unwritten.add(entry);
  }

  #answered(
    { id, attempt, answer }: { id: string; attempt: number; answer: AttemptAnswer },
    moment: Moment,
  ): void {
    const entry = this.#entries.get(id);
    if (entry === undefined || entry.inFlight === null || entry.attempt !== attempt) return;
    const asked = entry.inFlight;
    entry.inFlight = null;
    this.#pace.over();
    if (answer.kind === 'ended') {
      this.#calm(entry);
      this.#end(entry, answer.outcome, moment);
    } else if (answer.kind === 'refused' && asked === 'place') {
      this.#calm(entry);
      entry.ending ??= { as: 'rejected', refusal: answer.refusal };
      this.#makeReady(entry);
    } else this.#tryLater(entry, moment);
  }

  #calm(entry: Entry): void {
    entry.failures = 0;
    this.#pace.calm();
  }

  /** The same op again, after a pause. */
  #tryLater(entry: Entry, moment: Moment): void {
    this.#paused.set(entry, this.#pace.fail(entry.failures, moment));
    entry.failures += 1;
  }

  #serves(moment: Moment): void {
    this.#pace.serves(moment);
    for (const entry of this.#paused.keys()) this.#paused.set(entry, moment.nowMs);
  }

  #end(entry: Entry, outcome: Outcome, { wallMs }: Moment): void {
    this.#endSeq += 1;
    entry.end = { outcome, atMs: wallMs, seq: this.#endSeq };
    this.#ready.delete(entry);
    this.#leaveLane(entry);
    this.#writeEnd(entry);
  }

  #writeEnd({ row, end }: Entry): void {
    this.#write({ kind: 'end', id: row.id, end: must(end, 'the end is decided') });
  }

  #endStored(entry: Entry): void {
    const { row } = entry;
    row.end = entry.end;
    this.#open -= 1;
    this.#bytes -= row.bytes;
    this.#ended.add(entry);
    this.#effects.push({ kind: 'ended', id: row.id });
  }

  #sweep({ nowMs, wallMs }: Moment): void {
    if (nowMs < this.#sweepAtMs || this.#broken) return;
    this.#sweepAtMs = nowMs + this.#limits.sweepMs;
    for (const entry of this.#unwritten) this.#writeEnd(entry);
    this.#unwritten.clear();
    for (const entry of this.#open > 0 ? this.#entries.values() : []) {
      if (entry.end !== null || entry.ending !== null) continue;
      if (wallMs < entry.row.expiresAtMs) continue;
      entry.ending = { as: 'expired' };
      this.#makeReady(entry);
    }
    for (const { row } of this.#ended.takeOld(wallMs)) {
      this.#entries.delete(row.id);
      this.#byOp.delete(row.opKey);
      this.#write({ kind: 'forget', id: row.id });
    }
  }

  #dispatch(moment: Moment): void {
    if (this.#broken || (this.#ready.size === 0 && this.#paused.size === 0)) return;
    for (const [entry, atMs] of this.#paused) {
      if (atMs > moment.nowMs) continue;
      this.#paused.delete(entry);
      this.#makeReady(entry);
    }
    this.#pace.refill(moment);
    for (const entry of this.#ready) {
      if (!this.#pace.begin(moment)) return;
      this.#ready.delete(entry);
      this.#send(entry);
    }
  }

  #send(entry: Entry): void {
    const { ending } = entry;
    entry.attempt += 1;
    entry.inFlight = ending === null ? 'place' : 'close';
    const to = { id: entry.row.id, attempt: entry.attempt };
    this.#effects.push(
      ending === null ? { kind: 'place', ...to } : { kind: 'close', ...to, ending },
    );
  }

  /** An order waits for its turn; its closing does not, as it places nothing. */
  #makeReady(entry: Entry): void {
    const busy = entry.inFlight !== null || entry.noting !== null || this.#paused.has(entry);
    if (!entry.stored || busy || entry.end !== null) return;
    if (entry.ending !== null || this.#lanes.isFirst(entry)) this.#ready.add(entry);
  }

  #enterLane(entry: Entry): void {
    this.#lanes.enter(entry);
    this.#makeReady(entry);
  }

  #leaveLane(entry: Entry): void {
    const next = this.#lanes.leave(entry);
    if (next !== null) this.#makeReady(next);
  }

  #write(write: QueueWrite): void {
    const id = write.kind === 'insert' ? write.row.id : write.id;
    this.#token += 1;
    this.#writes.set(this.#token, { kind: write.kind, id });
    this.#effects.push({ kind: 'write', token: this.#token, write });
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
