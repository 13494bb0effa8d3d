import type { Ending, Outcome } from '../../../shared/contract/submission.ts';
import { must } from '../../../shared/runtime/assert.ts';
import type {
  AttemptAnswer,
  Moment,
  QueueEffect,
  QueueEvent,
  QueueLimits,
  QueueRow,
  QueueWrite,
} from '../queue-events.ts';
import { QueueRules } from '../queue-rules.ts';

/** Two front ends with their disks, and the replicated state, in memory: for property tests. */

export type Step =
  | { do: 'offer'; front: number; key: number; client: string }
  | { do: 'withdraw'; front: number; key: number }
  | { do: 'sync' | 'disk-full' | 'disk-error'; front: number }
  /** `keep`: how many of the writes under way survive. */
  | { do: 'crash'; front: number; keep: number }
  | { do: 'deliver' | 'lose-answer' | 'lose-request' | 'late-copy'; pick: number }
  | { do: 'wait'; ms: number };

interface Message {
  front: number;
  boot: number;
  id: string;
  attempt: number;
  opKey: string;
  fingerprint: string;
  ending: Ending | null;
}

interface Front {
  boot: number;
  rules: QueueRules;
  disk: Map<string, QueueRow>;
  underWay: { token: number; write: QueueWrite }[];
}

export const testLimits: QueueLimits = {
  rowsMax: 6,
  bytesMax: 10_000,
  keptMs: 1e9,
  keptMax: 1_000,
  inFlightMax: 3,
  ratePerS: 100,
  pauseMsFirst: 20,
  pauseMsMax: 200,
  sweepMs: 50,
};

/** Some expire soon, most never. */
const expiryMsOf = (count: number): number => (count % 3 === 0 ? 400 : 1e9);

export const applyWrite = (disk: Map<string, QueueRow>, write: QueueWrite): void => {
  if (write.kind === 'insert') {
    disk.set(write.row.id, write.row);
    return;
  }
  const row = must(disk.get(write.id), 'only a row on disk is changed');
  if (write.kind === 'forget') disk.delete(write.id);
  else if (write.kind === 'withdrawn') disk.set(write.id, { ...row, withdrawn: true });
  else disk.set(write.id, { ...row, end: write.end });
};

export class QueueWorld {
  readonly violations: string[] = [];
  readonly #fronts: Front[];
  /** The replicated state: what each op did. */
  readonly #recorded = new Map<string, { outcome: Outcome; fingerprint: string }>();
  #messages: Message[] = [];
  #late: Message[] = [];
  /** Submissions that were answered 202, and what their owners were told at last. */
  readonly #promised = new Map<string, Outcome | null>();
  readonly #takenBack = new Set<string>();
  #nowMs = 0;
  #count = 0;

  constructor() {
    this.#fronts = [0, 1].map(() => ({
      boot: 1,
      rules: new QueueRules([], testLimits),
      disk: new Map(),
      underWay: [],
    }));
  }

  run(step: Step): void {
    switch (step.do) {
      case 'offer':
        this.#offer(step);
        break;
      case 'withdraw':
        this.#withdraw(step);
        break;
      case 'sync':
        this.#sync(step.front);
        break;
      case 'disk-full':
        this.#failWrites(step.front, true);
        break;
      case 'disk-error':
        this.#failWrites(step.front, false);
        break;
      case 'crash':
        this.#crash(step.front, step.keep);
        break;
      case 'wait':
        this.#wait(step.ms);
        break;
      case 'deliver':
      case 'lose-answer':
      case 'lose-request':
      case 'late-copy':
        this.#network(step.do, step.pick);
    }
  }

  /** No more faults: everything that was promised must end. */
  heal(): void {
    for (const front of [0, 1]) if (!this.#front(front).rules.sound) this.#crash(front, 0);
    for (let round = 0; round < 300; round++) {
      for (const front of [0, 1]) this.#sync(front);
      while (this.#messages.length > 0) this.#network('deliver', 1);
      this.#wait(100);
    }
  }

  /** Whoever asks afterwards is told what is known; what is left has no end. */
  unfinished(): string[] {
    for (const front of this.#fronts) {
      for (const id of this.#promised.keys()) if (front.rules.row(id)?.end) this.#told(front, id);
    }
    return [...this.#promised].flatMap(([id, told]) => (told === null ? [id] : []));
  }

  #front(front: number): Front {
    return must(this.#fronts[front], 'there are two');
  }

  #moment(): Moment {
    this.#count += 1;
    return { nowMs: this.#nowMs, wallMs: 1e12 + this.#nowMs, chance: (this.#count % 10) / 10 };
  }

  #step(at: number, event: QueueEvent): void {
    const front = this.#front(at);
    for (const effect of front.rules.step(event, this.#moment())) this.#perform(at, effect);
  }

  #perform(at: number, effect: QueueEffect): void {
    const front = this.#front(at);
    if (effect.kind === 'write') front.underWay.push(effect);
    else if (effect.kind === 'accepted') this.#accepted(front, effect.id);
    else if (effect.kind === 'ended') this.#told(front, effect.id);
    else if (effect.kind === 'noted') this.#noted(front, effect.id);
    else if (effect.kind !== 'refused') {
      const row = must(front.rules.row(effect.id), 'only what is on disk is sent');
      const ending = effect.kind === 'close' ? effect.ending : null;
      if (ending === null) this.#checkPlace(front, row);
      const { id, attempt } = effect;
      this.#messages.push({
        front: at,
        boot: front.boot,
        id,
        attempt,
        opKey: row.opKey,
        fingerprint: row.fingerprint,
        ending,
      });
    }
  }

  #expect(condition: boolean, violation: string): void {
    if (!condition) this.violations.push(violation);
  }

  #accepted(front: Front, id: string): void {
    this.#expect(front.disk.has(id), `${id} was answered 202 and is not on disk`);
    if (!this.#promised.has(id)) this.#promised.set(id, null);
    if (front.rules.row(id)?.end) this.#told(front, id);
  }

  #noted(front: Front, id: string): void {
    const row = front.disk.get(id);
    if (row?.withdrawn === true) {
      this.#takenBack.add(id);
      return;
    }
    // Its end is decided already: the same op may be sent again, and places nothing more.
    const decided = this.#recorded.has(row?.opKey ?? '');
    this.#expect(decided, `${id} is said to be withdrawn, and the disk does not know`);
  }

  #told(front: Front, id: string): void {
    const end = front.disk.get(id)?.end ?? null;
    this.#expect(end !== null, `${id} was said to have ended and the disk does not know`);
    if (end === null) return;
    const before = this.#promised.get(id) ?? null;
    const same = before === null || JSON.stringify(before) === JSON.stringify(end.outcome);
    this.#expect(same, `${id} ended twice`);
    this.#promised.set(id, end.outcome);
    const { opKey, fingerprint } = must(front.disk.get(id), 'it is there');
    const recorded = must(this.#recorded.get(opKey), 'nothing ends that is not recorded');
    this.#expect(
      recorded.fingerprint !== fingerprint ||
        JSON.stringify(recorded.outcome) === JSON.stringify(end.outcome),
      `${id} ended as ${end.outcome.as}, and its order is ${recorded.outcome.as}`,
    );
  }

  #checkPlace(front: Front, row: QueueRow): void {
    this.#expect(!this.#takenBack.has(row.id), `${row.id} is placed after its withdrawal`);
    this.#expect(front.disk.has(row.id), `${row.id} is sent and is not on disk`);
    for (const other of front.disk.values()) {
      const earlier = other.lane === row.lane && other.seq < row.seq && other.end === null;
      this.#expect(!earlier || this.#recorded.has(other.opKey), `${row.id} overtakes ${other.id}`);
    }
  }

  #offer({ front, key, client }: Extract<Step, { do: 'offer' }>): void {
    const opKey = `op-${key}`;
    this.#count += 1;
    this.#step(front, {
      kind: 'offered',
      req: this.#count,
      offer: {
        id: `${front}-${this.#count}`,
        opKey,
        lane: client,
        // A key that meets another request now and then.
        fingerprint: key === 7 ? client : '',
        bytes: 100,
        queuedAtMs: 1e12 + this.#nowMs,
        expiresAtMs: 1e12 + this.#nowMs + expiryMsOf(this.#count),
      },
    });
  }

  #withdraw({ front, key }: { front: number; key: number }): void {
    const row = this.#front(front).rules.rowOfOp(`op-${key}`);
    if (row === null) return;
    this.#count += 1;
    this.#step(front, { kind: 'withdraw', req: this.#count, id: row.id });
  }

  #sync(at: number): void {
    const { underWay, disk } = this.#front(at);
    const batch = underWay.splice(0);
    for (const { write } of batch) applyWrite(disk, write);
    for (const { token } of batch) this.#step(at, { kind: 'stored', token });
  }

  #failWrites(at: number, certain: boolean): void {
    const front = this.#front(at);
    const batch = front.underWay.splice(0);
    // Nobody can tell: here the first of them is there after all.
    const [first] = batch;
    if (!certain && first !== undefined) applyWrite(front.disk, first.write);
    for (const { token } of batch) this.#step(at, { kind: 'store-failed', token, certain });
  }

  #crash(at: number, keep: number): void {
    const front = this.#front(at);
    for (const { write } of front.underWay.splice(0).slice(0, keep)) applyWrite(front.disk, write);
    front.boot += 1;
    const lost = this.#messages.filter((message) => message.front === at);
    this.#late.push(...lost);
    this.#messages = this.#messages.filter((message) => message.front !== at);
    front.rules = new QueueRules([...front.disk.values()], testLimits);
    this.#step(at, { kind: 'tick' });
  }

  #wait(ms: number): void {
    this.#nowMs += ms;
    for (const front of [0, 1]) this.#step(front, { kind: 'tick' });
  }

  #network(how: 'deliver' | 'lose-answer' | 'lose-request' | 'late-copy', pick: number): void {
    if (how === 'late-copy') {
      const [late] = this.#late.splice(pick % Math.max(1, this.#late.length), 1);
      if (late !== undefined) this.#serve(late);
      return;
    }
    const [message] = this.#messages.splice(pick % Math.max(1, this.#messages.length), 1);
    if (message === undefined) return;
    let answer: AttemptAnswer = { kind: 'unknown' };
    if (how === 'lose-request') this.#late.push(message);
    else if (how === 'deliver' && pick % 11 === 0) answer = { kind: 'busy' };
    else {
      const served = this.#serve(message);
      if (how === 'deliver') answer = served;
    }
    const { front, boot, id, attempt } = message;
    if (this.#front(front).boot === boot)
      this.#step(front, { kind: 'answered', id, attempt, answer });
  }

  /** The back ends: an op is carried out once; admission refuses some, and records nothing. */
  #serve({ opKey, fingerprint, ending }: Message): AttemptAnswer {
    const known = this.#recorded.get(opKey);
    if (known !== undefined) {
      if (known.fingerprint === fingerprint) return { kind: 'ended', outcome: known.outcome };
      const refusal = { code: 'idempotency_key_reused' as const, detail: '', data: {} };
      return { kind: 'ended', outcome: { as: 'rejected', refusal } };
    }
    if (ending === null && opKey === 'op-5' && Math.floor(this.#nowMs / 500) % 2 === 0) {
      return { kind: 'refused', refusal: { code: 'item_unavailable', detail: '', data: {} } };
    }
    const outcome: Outcome = ending ?? { as: 'placed', orderId: `order-${this.#recorded.size}` };
    this.#recorded.set(opKey, { outcome, fingerprint });
    return { kind: 'ended', outcome };
  }
}
