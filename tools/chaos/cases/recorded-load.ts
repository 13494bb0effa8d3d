import { systemClock } from '../../../shared/runtime/clock.ts';
import { Customers } from '../customers.ts';
import { Recorder } from '../history-record.ts';
import type { Completion, OpRecord } from '../history-record.ts';
import type { Door } from '../../up/front-door.ts';
import type { CaseLoad } from './case-run.ts';

/** A recorder that also counts what a case wants to know while it goes on. */
class CountingRecorder extends Recorder implements CaseLoad {
  readonly ackedAtMs: number[] = [];
  readonly errors = new Map<string, number>();
  unknown = 0;
  writesAcked = 0;
  queued = 0;

  override complete(op: OpRecord, completion: Completion): void {
    super.complete(op, completion);
    const { type, code } = completion;
    if (completion.submission !== null) this.queued += 1;
    else if (type === 'ok') this.#count(op);
    else {
      this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
      if (type === 'info') this.unknown += 1;
    }
  }

  #count(op: OpRecord): void {
    this.ackedAtMs.push(systemClock.nowMs());
    if (op.op === 'place' || op.op === 'cancel') this.writesAcked += 1;
  }
}

const thinkMs = [5, 40] as const;

/** The load of a case: customers whose every operation is recorded for the judge. */
export class RecordedLoad {
  readonly recorder: CountingRecorder;
  readonly #customers: Customers;

  constructor(options: {
    doors: readonly Door[]; file: string; customers: number; seed: number; run: string;
  }) {
    const { doors, customers: count, seed, run } = options;
    this.recorder = new CountingRecorder(options.file);
    this.#customers = new Customers({ doors, recorder: this.recorder, count, seed, run, thinkMs });
    this.#customers.start();
  }

  /** Sends nothing more; resolves when everything under way has its answer. */
  stop(): Promise<void> {
    return this.#customers.stop();
  }
}
