import type { backendMethods } from '../shared/contract/backend.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import { assert } from '../shared/runtime/assert.ts';
import type { FeedEvent } from '../shared/contract/event-stream.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { Doors } from './doors.ts';
import type { Replica } from './replica.ts';
import { requireServing } from './require-serving.ts';
import type { Storage } from './storage/storage.ts';

type Follow = ParamsOf<typeof backendMethods.follow>;
type Followed = ResultOf<typeof backendMethods.follow>;

/**
 * Tells front ends of events as they are executed. Only what is committed is executed, anywhere, so
 * that even a primary that is being replaced tells nothing that its successor will not tell.
 */
export class EventFollower {
  readonly #replica: Replica;
  readonly #storage: Storage;
  readonly #clock: Clock;
  /** How often the state has moved on; tells whether it did since a look. */
  #moves = 0;
  readonly #waiting = new Set<() => void>();
  readonly #doors = new Doors();

  constructor(parts: { replica: Replica; storage: Storage; clock: Clock }) {
    this.#replica = parts.replica;
    this.#storage = parts.storage;
    this.#clock = parts.clock;
  }

  /** A front end asks for this op, so that its event can name it. */
  asked(opId: string, frontEnd: string): void {
    this.#doors.asked(opId, frontEnd);
  }

  /** More was executed, or this store leads no more: who waits looks again. */
  moved(): void {
    this.#moves += 1;
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  /** Throws what requireServing throws. `signal` aborts when nobody waits for the answer. */
  async follow({ after, limit, waitMs }: Follow, signal: AbortSignal): Promise<Followed> {
    const endMs = this.#clock.nowMs() + waitMs;
    for (;;) {
      await requireServing(this.#replica);
      const moves = this.#moves;
      const { result, lsn } = await this.#storage.query({
        query: 'events.since', after, limit, scope: { kind: 'all' },
      });
      assert('feed' in result, 'a query is answered in its own kind');
      const leftMs = endMs - this.#clock.nowMs();
      if (result.feed.length > 0 || leftMs <= 0 || signal.aborted) {
        return { events: result.feed.map((event) => this.#withDoor(event)), lsn };
      }
      if (moves === this.#moves) await this.#nextMove(leftMs, signal);
    }
  }

  #withDoor(event: FeedEvent): FeedEvent {
    const opId = this.#replica.entryAt(event.position)?.opId;
    const door = opId === undefined ? undefined : this.#doors.of(opId);
    return door === undefined ? event : { ...event, front_end: door };
  }

  #nextMove(waitMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        timer.cancel();
        signal.removeEventListener('abort', wake);
        this.#waiting.delete(wake);
        resolve();
      };
      const timer = this.#clock.setTimer(waitMs, wake);
      signal.addEventListener('abort', wake, { once: true });
      this.#waiting.add(wake);
    });
  }
}
