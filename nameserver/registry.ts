import type { BeatStatus, Registration } from '../shared/contract/nameserver.ts';

/** Registrations with a lease: pure, `nowMs` is a parameter. Where things are, never who leads. */

export interface Entry {
  registration: Registration;
  status: BeatStatus | null;
  seenMs: number;
  /** Found dead by a probe since its last beat. */
  refused: boolean;
}

/** Entries that stay listed after their lease, so that people see what was lost. */
const forgetMs = 600_000;
const entriesMax = 10_000;

export class Registry {
  readonly #leaseMs: number;
  readonly #byInstance = new Map<string, Entry>();

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  get(instance: string): Entry | null {
    return this.#byInstance.get(instance) ?? null;
  }

  /** False when a newer process of that instance is known, or the registry is full. */
  put(registration: Registration, status: BeatStatus | null, nowMs: number): boolean {
    const known = this.#byInstance.get(registration.instance);
    if (known !== undefined && known.registration.boot > registration.boot) return false;
    if (known === undefined && this.#byInstance.size >= entriesMax) return false;
    this.#byInstance.set(registration.instance, {
      registration,
      status,
      seenMs: nowMs,
      refused: false,
    });
    return true;
  }

  remove(instance: string, boot: number): boolean {
    if (this.#byInstance.get(instance)?.registration.boot !== boot) return false;
    return this.#byInstance.delete(instance);
  }

  markRefused(instance: string): void {
    const entry = this.#byInstance.get(instance);
    if (entry !== undefined) entry.refused = true;
  }

  alive(entry: Entry | null, nowMs: number): entry is Entry {
    return entry !== null && !entry.refused && nowMs - entry.seenMs <= this.#leaseMs;
  }

  /** Living ones first and freshest first, then by id. */
  list(nowMs: number, filter: { kind?: string; group?: string; prefix?: string }): Entry[] {
    return [...this.#byInstance.values()]
      .filter(({ registration: r }) => filter.kind === undefined || r.kind === filter.kind)
      .filter(({ registration: r }) => filter.group === undefined || r.group === filter.group)
      .filter(
        ({ registration: r }) => filter.prefix === undefined || r.id.startsWith(filter.prefix),
      )
      .toSorted((a, b) => {
        const living = Number(this.alive(b, nowMs)) - Number(this.alive(a, nowMs));
        return living || compareText(a.registration.id, b.registration.id) || b.seenMs - a.seenMs;
      });
  }

  living(kind: string, group: string, nowMs: number): Entry[] {
    return this.list(nowMs, { kind, group }).filter((entry) => this.alive(entry, nowMs));
  }

  /** Drops what has been gone for long. */
  sweep(nowMs: number): void {
    for (const [instance, entry] of this.#byInstance) {
      if (nowMs - entry.seenMs > forgetMs) this.#byInstance.delete(instance);
    }
  }
}

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
