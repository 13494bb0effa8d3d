import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { FaultGround, FaultKind } from './fault-kind.ts';
import { startAgain } from './fault-kind.ts';
import type { Recorder } from './history-record.ts';
import type { LabProgram } from './lab.ts';

/** A fault as it was; times on the clock of the history. */
export interface DoneFault {
  kind: string;
  what: string;
  startMs: number;
  /** null: it could not be taken away in an orderly way; healing at the end did. */
  endMs: number | null;
}

interface NemesisOptions {
  ground: Omit<FaultGround, 'mayEnd'>;
  kinds: readonly FaultKind[];
  recorder: Recorder;
  /** Each kind once, in their order, one at a time, whatever time that takes. */
  inTurn: boolean;
  holdMsMax: number;
  /** Told of each fault as it begins, for the progress line. */
  onFault: (what: string) => void;
}

const restMs = [500, 4_000] as const;
const secondShare = 0.25;
const watchEveryMs = 500;

/**
 * Does one fault after the other, now and then two at a time, and takes each away again. What
 * ended although nobody killed it is started again, as a supervisor would.
 */
export class Nemesis {
  readonly faults: DoneFault[] = [];
  readonly #options: NemesisOptions;
  readonly #ground: FaultGround;
  readonly #mayEnd = new Set<LabProgram>();
  /** Names of kinds under way. */
  readonly #underWay = new Set<string>();

  constructor(options: NemesisOptions) {
    this.#options = options;
    this.#ground = { ...options.ground, mayEnd: (program) => this.#mayEnd.add(program) };
  }

  /** True when a fault foresaw that it may end by itself. */
  expected(program: LabProgram): boolean {
    return this.#mayEnd.has(program);
  }

  /** Resolves when the time is over and the last fault has been taken away. */
  async run(untilMs: number): Promise<void> {
    const { random } = this.#ground;
    const { inTurn, kinds, holdMsMax } = this.#options;
    const watch = systemClock.setRepeating(watchEveryMs, () => this.#startEnded());
    const rest = (): Promise<void> =>
      systemClock.sleep(Math.min(random.between(...restMs), holdMsMax));
    try {
      for (const kind of inTurn ? kinds : []) {
        await this.#fault(kind);
        await rest();
      }
      while (!inTurn && this.#options.recorder.nowMs() < untilMs) {
        const faults = [this.#fault(this.#draw(false))];
        if (random.chance(secondShare)) {
          await systemClock.sleep(random.between(0, 2_000));
          faults.push(this.#fault(this.#draw(true)));
        }
        await Promise.all(faults);
        await rest();
      }
    } finally {
      watch.cancel();
    }
  }

  /** Everything runs, is switched up and reaches everybody. */
  async heal(): Promise<void> {
    const { lab, equipped } = this.#ground;
    equipped?.heal();
    await lab.network.heal();
    for (const one of lab.programs) one.resume();
    await Promise.all(lab.programs.map(startAgain));
    for (const service of ['primary', 'secondary'] as const) {
      await lab.geocoderControl(service, {
        method: 'PUT', path: '/listening', body: { mode: 'up' },
      });
    }
    await Promise.all(lab.byRole('backend').map(({ name }) => lab.switchDown(name, false)));
    this.#options.recorder.note({ op: 'heal', what: 'everything' });
  }

  #draw(second: boolean): FaultKind | null {
    const { kinds } = this.#options;
    const busyLinks = [...this.#underWay].some((name) =>
      kinds.find((one) => one.name === name)?.links === true);
    const able = kinds.filter(({ name, links }) =>
      !this.#underWay.has(name) && !(links && busyLinks)
      && !(second && (name === 'rolling' || name === 'grow')));
    let left = this.#ground.random.between(0, able.reduce((sum, { weight }) => sum + weight, 0));
    for (const kind of able) {
      left -= kind.weight;
      if (left < 0) return kind;
    }
    return null;
  }

  async #fault(kind: FaultKind | null): Promise<void> {
    const { recorder, onFault } = this.#options;
    if (kind === null) return;
    this.#underWay.add(kind.name);
    const startMs = recorder.nowMs();
    try {
      const begun = await kind.begin(this.#ground);
      if (begun === null) return;
      const { what, holdMs, end } = begun;
      const fault: DoneFault = { kind: kind.name, what, startMs, endMs: null };
      this.faults.push(fault);
      recorder.note({ op: 'fault', kind: kind.name, what, begun_ms: Math.round(startMs) });
      onFault(what);
      await systemClock.sleep(Math.min(holdMs, this.#options.holdMsMax));
      await end();
      fault.endMs = recorder.nowMs();
      recorder.note({ op: 'fault-end', kind: kind.name, what });
    } catch (error) {
      // Two faults at once may get into each other's way; the history says so, healing mends it.
      if (!(error instanceof OrderlyError)) throw error;
      recorder.note({ op: 'fault-failed', kind: kind.name, why: error.message });
    } finally {
      this.#underWay.delete(kind.name);
    }
  }

  #startEnded(): void {
    for (const program of this.#ground.lab.programs) {
      if (program.pid !== null || program.ends.at(-1)?.asked !== false) continue;
      startAgain(program).catch((error: unknown) => {
        this.#options.recorder.note({ op: 'start-failed', what: String(error) });
      });
    }
  }
}
