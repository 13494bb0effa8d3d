import { OrderlyError } from '../../../shared/contract/errors.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { outageMs } from '../../bench/outage.ts';
import type { Random } from '../../simulator/random.ts';
import { untilTrue } from '../../up/front-door.ts';
import type { Equipped } from '../faults/equipped.ts';
import type { Lab, LabProgram } from '../lab.ts';

/** What the load tells while it goes on; all times are those of systemClock.nowMs(). */
export interface CaseLoad {
  /** When each success came. */
  readonly ackedAtMs: readonly number[];
  /** Requests that ended without a success, by code word. */
  readonly errors: ReadonlyMap<string, number>;
  /** Requests whose outcome is unknown. */
  readonly unknown: number;
  /** Successes among them that changed something. */
  readonly writesAcked: number;
  /** Orders accepted into a front end's queue (202). */
  readonly queued: number;
}

/** A moment at which something was done to the system. */
export interface Mark {
  what: string;
  atMs: number;
  isFault: boolean;
  /** False: no answer is expected before the next mark. */
  serves: boolean;
  barMs: number | null;
}

interface MarkOptions {
  serves?: boolean;
  barMs?: number;
}

const settledWithinMs = 45_000;
const primaryWithinMs = 30_000;

/** One run of a case: what it works on, and what it found. */
export class CaseRun {
  readonly lab: Lab;
  readonly equipped: Equipped;
  readonly load: CaseLoad;
  readonly random: Random;
  /** How long the faults should go on. */
  readonly seconds: number;
  readonly marks: Mark[] = [];
  /** What was expected and did not come true. */
  readonly troubles: string[] = [];
  readonly notes: string[] = [];
  readonly #mayEnd = new Set<string>();

  constructor(parts: {
    lab: Lab; equipped: Equipped; load: CaseLoad; random: Random; seconds: number;
  }) {
    this.lab = parts.lab;
    this.equipped = parts.equipped;
    this.load = parts.load;
    this.random = parts.random;
    this.seconds = parts.seconds;
  }

  /** Does harm. Unless `serves` is false, how long nobody was answered from here is measured. */
  async fault(
    what: string, act: () => Promise<unknown> | void, options: MarkOptions = {},
  ): Promise<void> {
    await this.#mark({ what, act, isFault: true, options });
  }

  /** Takes harm away. */
  async mend(
    what: string, act: () => Promise<unknown> | void, options: MarkOptions = {},
  ): Promise<void> {
    await this.#mark({ what, act, isFault: false, options });
  }

  async #mark({ what, act, isFault, options }: {
    what: string; act: () => Promise<unknown> | void; isFault: boolean; options: MarkOptions;
  }): Promise<void> {
    const mark: Mark = {
      what, isFault, serves: options.serves ?? true, barMs: options.barMs ?? null,
      atMs: systemClock.nowMs(),
    };
    this.marks.push(mark);
    await act();
  }

  /** These may end by themselves from now on: their disk is bad. */
  foresee(...programs: readonly LabProgram[]): void {
    for (const { name } of programs) this.#mayEnd.add(name);
  }

  mayEnd(name: string): boolean {
    return this.#mayEnd.has(name);
  }

  rest(ms: number): Promise<void> {
    return systemClock.sleep(ms);
  }

  /** Repeats until the time of the case is over; at least once. */
  async untilOver(round: (n: number) => Promise<void>): Promise<void> {
    const untilMs = systemClock.nowMs() + this.seconds * 1_000;
    for (let n = 0; n === 0 || systemClock.nowMs() < untilMs; n += 1) await round(n);
  }

  note(text: string): void {
    if (!this.notes.includes(text)) this.notes.push(text);
  }

  /** The case fails when it does not hold. */
  expect(what: string, holds: boolean): void {
    if (!holds) this.troubles.push(`not so: ${what}`);
  }

  async until(what: string, ask: () => Promise<boolean>, withinMs: number): Promise<boolean> {
    const came = await untilTrue(ask, withinMs);
    if (!came) this.troubles.push(`not within ${withinMs / 1_000} s: ${what}`);
    return came;
  }

  /** Waits for a success that is sent or answered from now on. */
  served(withinMs = settledWithinMs): Promise<boolean> {
    const fromMs = systemClock.nowMs();
    return this.until('a request succeeds', async () =>
      (this.load.ackedAtMs.at(-1) ?? 0) > fromMs, withinMs);
  }

  /** Waits until all back ends (or `count`) are in sync again, and requests succeed. */
  async settled(count = this.lab.byRole('backend').length): Promise<void> {
    const fromMs = systemClock.nowMs();
    if (!await this.lab.untilInSync(count, settledWithinMs)) {
      this.troubles.push(`${count} back ends were not in sync within ${settledWithinMs / 1_000} s`);
    }
    await this.served();
    const tookMs = systemClock.nowMs() - fromMs;
    if (tookMs > 15_000) this.note(`all in sync only after ${(tookMs / 1_000).toFixed(0)} s`);
  }

  /** The living primary; waits for one. */
  async primary(): Promise<LabProgram> {
    let found: LabProgram | null = null;
    await untilTrue(async () => {
      found = await this.lab.primary();
      return found?.ready ?? false;
    }, primaryWithinMs);
    if (found !== null) return found;
    throw new OrderlyError('unavailable', `No primary for ${primaryWithinMs / 1_000} s.`);
  }

  async backups(): Promise<LabProgram[]> {
    const primary = await this.primary();
    return this.lab.byRole('backend').filter(({ name, ready }) => name !== primary.name && ready);
  }

  async backup(): Promise<LabProgram> {
    const [first] = await this.backups();
    if (first !== undefined) return first;
    throw new OrderlyError('unavailable', 'No backup is alive.');
  }

  get nameserver(): LabProgram {
    return this.lab.program('nameserver');
  }

  get frontend(): LabProgram {
    return this.lab.program('frontend-1');
  }

  /**
   * The longest time without a success from each mark on, where one is expected: the wait for the
   * first one, or a longer one between that and the next mark.
   */
  outages(endedMs: number): { mark: Mark; ms: number | null }[] {
    return this.marks.filter(({ serves }) => serves).map((mark) => {
      const later = this.marks.filter(({ atMs }) => atMs > mark.atMs).map(({ atMs }) => atMs);
      const untilMs = Math.min(endedMs, ...later);
      const acked = this.load.ackedAtMs.filter((at) => at > mark.atMs);
      return { mark, ms: outageMs(acked, { atMs: mark.atMs, untilMs }) };
    });
  }
}
