import type {
  ClusterView, OrderNotice, StreamSnapshot,
} from '../../shared/contract/event-stream.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import type { SentEvent } from '../model/sse.ts';
import type { Api } from './api.ts';
import type { StreamState } from './event-stream.ts';
import { EventStream } from './event-stream.ts';
import type { Session } from './session.ts';

/** What happens in the cluster, for every part of the page: one stream for all of them. */

/** `anonymous`: nobody is signed in. `refused`: the token is no good, or not any more. */
export type Connection = 'anonymous' | 'connecting' | 'live' | 'broken' | 'refused';

export interface LiveListener {
  connection?(state: Connection): void;
  /** `type` as in `order.placed`; each position of the log once, in order. */
  order?(type: string, notice: OrderNotice): void;
  /** Everything that was known of orders is replaced by this. */
  snapshot?(snapshot: StreamSnapshot): void;
  status?(status: ClusterStatus): void;
  view?(view: ClusterView): void;
}

/** Looks that somebody asked for at the same time are one. */
const lookGapMs = 150;

export class Live {
  readonly #session: Session;
  readonly #api: Api;
  readonly #listeners = new Set<LiveListener>();
  #stream: EventStream | null = null;
  #connection: Connection = 'anonymous';
  /** Of the newest event that was told: nothing is told again, whatever the server sends. */
  #position = -1;
  #status: ClusterStatus | null = null;
  #looking = false;

  constructor(session: Session, api: Api) {
    this.#session = session;
    this.#api = api;
    session.onChange(() => this.#restart());
  }

  start(): void {
    this.#restart();
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** The newest look at the cluster; null before the first, and for who is no operator. */
  get status(): ClusterStatus | null {
    return this.#status;
  }

  /** Returns what ends it. */
  subscribe(listener: LiveListener): () => void {
    this.#listeners.add(listener);
    return () => { this.#listeners.delete(listener); };
  }

  /** Looks at the cluster soon, besides every two seconds; for operators. */
  look(): void {
    if (this.#looking || this.#session.token === null) return;
    this.#looking = true;
    setTimeout(() => {
      void this.#api.get<ClusterStatus>('/v1/cluster').then((reply) => {
        this.#looking = false;
        if (reply.ok) this.#takeStatus(reply.body);
      });
    }, lookGapMs);
  }

  #restart(): void {
    this.#stream?.close();
    this.#stream = null;
    this.#position = -1;
    this.#status = null;
    if (this.#session.token === null) {
      this.#setConnection('anonymous');
      return;
    }
    this.#setConnection('connecting');
    this.#stream = new EventStream(this.#session, {
      onEvent: (event) => this.#take(event),
      onState: (state) => this.#onStream(state),
    });
  }

  #onStream(state: StreamState): void {
    this.#setConnection(state);
    if (state === 'broken') this.look();
  }

  #setConnection(state: Connection): void {
    this.#connection = state;
    for (const listener of this.#listeners) listener.connection?.(state);
  }

  #take({ type, data }: SentEvent): void {
    const told: unknown = JSON.parse(data);
    if (type.startsWith('order.')) this.#takeOrder(type, told as OrderNotice);
    else if (type === 'cluster.status') this.#takeStatus(told as ClusterStatus);
    else if (type === 'snapshot') this.#takeSnapshot(told as StreamSnapshot);
    else if (type === 'reset') this.#position = -1;
    else if (type === 'cluster.view') {
      for (const listener of this.#listeners) listener.view?.(told as ClusterView);
      this.look();
    }
  }

  #takeOrder(type: string, notice: OrderNotice): void {
    if (notice.position <= this.#position) return;
    this.#position = notice.position;
    for (const listener of this.#listeners) listener.order?.(type, notice);
  }

  #takeSnapshot(snapshot: StreamSnapshot): void {
    this.#position = snapshot.position;
    for (const listener of this.#listeners) listener.snapshot?.(snapshot);
  }

  #takeStatus(status: ClusterStatus): void {
    this.#status = status;
    for (const listener of this.#listeners) listener.status?.(status);
  }
}
