import { activityMethods } from '../shared/contract/activity.ts';
import type { DoneOp, NodeActivity } from '../shared/contract/activity.ts';
import type { Entry } from '../shared/contract/replica.ts';
import { implement } from '../shared/rpc/server.ts';
import type { Implementation } from '../shared/rpc/server.ts';
import type { Geocoder } from './geocoding/geocoder.ts';
import { decodeCommand } from './orders/codec.ts';
import type { Replica } from './replica.ts';
import type { CoreStatus } from './replication/core.ts';

const shownMax = 20;
/** A store that was filled at once has little of the log in memory: no look goes further back. */
const lookedAtMax = 2_000;
const epochsMax = 100;

/** What is looked at of the replica. */
interface Watched {
  status(): Pick<CoreStatus, 'appliedLsn'>;
  entryAt: Replica['entryAt'];
}

const orderIdOf = (command: object): string | null => {
  if ('orderId' in command && typeof command.orderId === 'string') return command.orderId;
  if (!('draft' in command)) return null;
  const { draft } = command;
  return typeof draft === 'object' && draft !== null && 'id' in draft
    && typeof draft.id === 'string' ? draft.id : null;
};

/** Counts the ops that this store executes, by the part that it had in them. */
export class Activity {
  readonly #replica: Watched;
  readonly #geocoder: Pick<Geocoder, 'states'>;
  /** In which this process was primary. */
  readonly #epochs: number[] = [];
  #countedLsn: number;
  #processed = 0;
  #synchronised = 0;

  constructor(parts: { replica: Watched; geocoder: Pick<Geocoder, 'states'> }) {
    this.#replica = parts.replica;
    this.#geocoder = parts.geocoder;
    this.#countedLsn = parts.replica.status().appliedLsn;
  }

  get methods(): Implementation[] {
    return [implement(activityMethods.read, async () => this.#read())];
  }

  /** This process is the primary of that epoch. */
  leads(epoch: number): void {
    this.#epochs.push(epoch);
    if (this.#epochs.length > epochsMax) this.#epochs.shift();
  }

  /** More was executed. */
  count(): void {
    const { appliedLsn } = this.#replica.status();
    const unseen = Math.max(0, appliedLsn - this.#countedLsn - lookedAtMax);
    this.#synchronised += unseen;
    for (let lsn = this.#countedLsn + unseen + 1; lsn <= appliedLsn; lsn += 1) {
      const entry = this.#replica.entryAt(lsn);
      // What came with a snapshot is not in the log of this store.
      if (entry === null || !this.#isOwn(entry)) this.#synchronised += 1;
      else this.#processed += 1;
    }
    this.#countedLsn = Math.max(this.#countedLsn, appliedLsn);
  }

  #isOwn({ epoch }: Entry): boolean {
    return this.#epochs.includes(epoch);
  }

  #read(): NodeActivity {
    this.count();
    const { appliedLsn } = this.#replica.status();
    const operations: DoneOp[] = [];
    for (let lsn = appliedLsn; lsn > 0 && operations.length < shownMax; lsn -= 1) {
      const entry = this.#replica.entryAt(lsn);
      if (entry === null) break;
      operations.push(this.#shown(entry));
    }
    return {
      processed: this.#processed, synchronised: this.#synchronised,
      geocoders: this.#geocoder.states(), operations,
    };
  }

  #shown(entry: Entry): DoneOp {
    const as = this.#isOwn(entry) ? 'processed' : 'synchronised';
    const { lsn, epoch } = entry;
    if (entry.kind === 'barrier') {
      return { lsn, epoch, as, what: 'barrier', order_id: null, at: null };
    }
    const command = decodeCommand(entry.payload);
    // A step of an order says which one it is.
    const what = 'step' in command ? `order.${command.step}` : command.kind;
    return { lsn, epoch, as, what, order_id: orderIdOf(command), at: command.at };
  }
}
