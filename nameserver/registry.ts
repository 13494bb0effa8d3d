import type { BeatStatus, Registration } from '../shared/contract/nameserver.ts';
import { isServiceName } from '../shared/contract/service.ts';

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
/** Of these services may have so many: they can not keep a back end from registering. */
const servicesMax = 1_000;

export class Registry {
  readonly #leaseMs: number;
  readonly #byInstance = new Map<string, Entry>();
  #services = 0;

  constructor(leaseMs: number) {
    this.#leaseMs = leaseMs;
  }

  get(instance: string): Entry | null {
    return this.#byInstance.get(instance) ?? null;
  }

  /** False when a newer process has that instance, a service and we share it, or it is full. */
  put(registration: Registration, status: BeatStatus | null, nowMs: number): boolean {
    const known = this.#byInstance.get(registration.instance)?.registration;
    if (known !== undefined && isService(known) !== isService(registration)) return false;
    if (known !== undefined && known.boot > registration.boot) return false;
    if (known === undefined && !this.#hasRoom(registration, nowMs)) return false;
    if (known === undefined && isService(registration)) this.#services += 1;
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
    this.#delete(instance);
    return true;
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
      if (nowMs - entry.seenMs > forgetMs) this.#delete(instance);
    }
  }

  /** Services that are gone make room for others at once. */
  #hasRoom(registration: Registration, nowMs: number): boolean {
    if (isService(registration) && this.#services >= servicesMax) {
      for (const [instance, entry] of this.#byInstance) {
        if (isService(entry.registration) && !this.alive(entry, nowMs)) this.#delete(instance);
      }
      if (this.#services >= servicesMax) return false;
    }
    return this.#byInstance.size < entriesMax;
  }

  #delete(instance: string): void {
    const entry = this.#byInstance.get(instance);
    if (entry !== undefined && isService(entry.registration)) this.#services -= 1;
    this.#byInstance.delete(instance);
  }
}

const isService = ({ kind }: Registration): boolean => isServiceName(kind);

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
