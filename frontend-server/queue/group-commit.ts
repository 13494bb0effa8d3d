import { assert } from '../../shared/runtime/assert.ts';
import type { Logger } from '../../shared/runtime/logger.ts';
import type { QueueEvent } from './queue-events.ts';
import { StoreFailure } from './store-failure.ts';

/** What the rules of a queue are told about a write. */
type Written = Extract<QueueEvent, { kind: 'stored' | 'store-failed' }>;

/** One transaction for everything that comes up in a turn of the event loop. */
export class GroupCommit<Write> {
  readonly #write: (group: Write[]) => void;
  readonly #onWritten: (event: Written) => void;
  readonly #onBroken: (why: string) => void;
  readonly #logger: Logger;
  #group: { token: number; write: Write }[] = [];
  #stopped = false;

  constructor(parts: {
    /** All of it is on disk when it returns; throws StoreFailure. */
    write: (group: Write[]) => void;
    onWritten: (event: Written) => void;
    /** A write failed, and nobody can tell what is on disk: only a new process can. */
    onBroken: (why: string) => void;
    logger: Logger;
  }) {
    this.#write = parts.write;
    this.#onWritten = parts.onWritten;
    this.#onBroken = parts.onBroken;
    this.#logger = parts.logger;
  }

  add(token: number, write: Write): void {
    if (this.#group.length === 0) setImmediate(() => this.#flush());
    this.#group.push({ token, write });
  }

  /** Writes what is there, and nothing any more. */
  stop(): void {
    this.#flush();
    this.#stopped = true;
  }

  #flush(): void {
    const group = this.#group;
    if (this.#stopped || group.length === 0) return;
    this.#group = [];
    const failure = this.#failureOf(group.map(({ write }) => write));
    for (const { token } of group) {
      this.#onWritten(failure === null
        ? { kind: 'stored', token }
        : { kind: 'store-failed', token, certain: failure.certain });
    }
    if (failure?.certain === false) this.#onBroken(failure.message);
  }

  #failureOf(group: Write[]): StoreFailure | null {
    try {
      this.#write(group);
      return null;
    } catch (error) {
      assert(error instanceof StoreFailure, 'the store throws StoreFailure only');
      const { code, certain } = error;
      this.#logger.error({ code, certain }, 'the disk of the queue failed');
      return error;
    }
  }
}
