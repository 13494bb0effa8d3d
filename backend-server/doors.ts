/** More than the followers of events are ever behind. */
const rememberedMax = 4_096;

/**
 * Through which front end the newest requests came. Only in the memory of the primary that took
 * them: for whoever watches, of no meaning to an order and in no log.
 */
export class Doors {
  readonly #doors = new Map<string, string>();

  asked(opId: string, frontEnd: string): void {
    this.#doors.delete(opId);
    this.#doors.set(opId, frontEnd);
    if (this.#doors.size <= rememberedMax) return;
    const oldest = this.#doors.keys().next();
    if (oldest.done !== true) this.#doors.delete(oldest.value);
  }

  of(opId: string): string | undefined {
    return this.#doors.get(opId);
  }
}
