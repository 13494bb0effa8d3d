import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Door } from '../up/front-door.ts';
import { Random } from '../simulator/random.ts';
import type { Completion, Invocation, OpRecord, Recorder } from './history-record.ts';
import { ShopClient } from './shop-client.ts';

export interface CustomersOptions {
  doors: readonly Door[];
  recorder: Recorder;
  count: number;
  seed: number;
  /** Names this run in every key. */
  run: string;
  /** Between two operations of one customer; drawn evenly. */
  thinkMs: readonly [number, number];
}

/** An order that somebody placed, or may have placed. */
interface Known {
  key: string;
  postcode: string;
  id: string | null;
}

/** All in the sample of the stand-ins. */
const postcodes = [
  'SW1A 1AA', 'DH1 4SW', 'AB10 1AB', 'AB11 9NT', 'AB15 6AE', 'B3 3BD', 'BA1 0AA', 'BB2 6LX',
  'BH1 3SJ', 'BN10 7EG', 'BR8 7RE', 'BS10 7PW', 'CA6 4PX', 'BD22 6ND', 'BA4 6LZ', 'AL2 1BU',
] as const;
const recentMax = 40;
const asideMax = 24;
const pageLimit = 30;

/**
 * Many customers that place, cancel and look at orders, also at each other's and with the same
 * key twice. Each stays at its front end, so that a stopped one holds up only its own; what goes
 * to another front end is sent aside.
 */
export class Customers {
  readonly #options: CustomersOptions;
  readonly #clients: ShopClient[];
  readonly #random: Random;
  readonly #aside = new Set<Promise<void>>();
  #recent: Known[] = [];
  #placed = 0;
  #cancels = 0;
  #process = 0;
  #over = false;
  #running: Promise<void[]> | null = null;

  constructor(options: CustomersOptions) {
    this.#options = options;
    this.#clients = options.doors.map((door) => new ShopClient(door));
    this.#random = new Random(options.seed);
  }

  start(): void {
    this.#running = Promise.all(Array.from({ length: this.#options.count }, (_, n) =>
      this.#customer(n % this.#clients.length)));
  }

  /** Resolves when every request has its answer or its time-out. */
  async stop(): Promise<void> {
    this.#over = true;
    await this.#running;
    await Promise.all(this.#aside);
    await Promise.all(this.#clients.map((one) => one.close()));
  }

  async #customer(door: number): Promise<void> {
    let process = this.#process++;
    const { thinkMs: [least, most] } = this.#options;
    while (!this.#over) {
      const done = await this.#act(process, door);
      // Who does not know what became of an operation goes on as somebody else.
      if (done?.type === 'info') process = this.#process++;
      await systemClock.sleep(this.#random.between(least, most));
    }
  }

  #act(process: number, door: number): Promise<Completion | null> {
    const draw = this.#random.next();
    const known = this.#random.pick(this.#recent);
    if (draw < 0.5 || known === undefined) return this.#place(process, door);
    if (draw < 0.6) {
      this.#sendAside(() => this.#placeAgain(known));
      return Promise.resolve(null);
    }
    if (draw < 0.65) return this.#list(process, door);
    if (known.id === null) return this.#placeAgain(known, process, door);
    if (draw < 0.76) return this.#cancel(process, door, { ...known, id: known.id });
    return this.#get(process, door, { ...known, id: known.id });
  }

  #place(process: number, door: number): Promise<Completion> {
    const number = this.#placed++;
    const known: Known = {
      key: `chaos-${this.#options.run}-${number}`, id: null,
      postcode: postcodes[number % postcodes.length] ?? postcodes[0],
    };
    this.#recent = [...this.#recent.slice(1 - recentMax), known];
    return this.#send(process, { op: 'place', opKey: known.key, door, known });
  }

  /** The same request again, while the first may still be under way. */
  #placeAgain(
    known: Known, process = this.#process++, door = this.#anyDoor(),
  ): Promise<Completion> {
    return this.#send(process, { op: 'place', opKey: known.key, door, known });
  }

  #cancel(process: number, door: number, known: Known & { id: string }): Promise<Completion> {
    const opKey = `cancel-${this.#options.run}-${this.#cancels++}`;
    const twice = this.#random.chance(0.2);
    if (twice) {
      this.#sendAside(() => this.#send(this.#process++, {
        op: 'cancel', opKey, door: this.#anyDoor(), known,
      }));
    }
    return this.#send(process, { op: 'cancel', opKey, door, known });
  }

  #get(process: number, door: number, known: Known & { id: string }): Promise<Completion> {
    return this.#send(process, { op: 'get', opKey: '', door, known });
  }

  #list(process: number, door: number): Promise<Completion> {
    const nobody = { key: '', postcode: '', id: null };
    return this.#send(process, { op: 'list', opKey: '', door, known: nobody });
  }

  async #send(
    process: number, it: Pick<Invocation, 'op' | 'opKey' | 'door'> & { known: Known },
  ): Promise<Completion> {
    const { op, opKey, door, known } = it;
    const { recorder } = this.#options;
    const record = recorder.invoke(process, {
      op, opKey, door, key: known.key, orderId: known.id,
    });
    const done = await this.#ask(record, known.postcode);
    recorder.complete(record, done);
    if (op === 'place' && done.answered !== null) this.#learn(known.key, done.answered.id);
    return done;
  }

  #ask({ op, opKey, door, orderId }: OpRecord, postcode: string): Promise<Completion> {
    const client = must(this.#clients[door], 'no such front end');
    if (op === 'place') return client.place(opKey, postcode);
    if (op === 'list') return client.list(pageLimit);
    const id = must(orderId, 'an id is needed');
    return op === 'cancel' ? client.cancel(id, opKey) : client.get(id);
  }

  #learn(key: string, id: string): void {
    for (const one of this.#recent) {
      if (one.key === key) one.id = id;
    }
  }

  #sendAside(send: () => Promise<unknown>): void {
    if (this.#aside.size >= asideMax || this.#over) return;
    const sent: Promise<void> = send().then(() => { this.#aside.delete(sent); });
    this.#aside.add(sent);
  }

  #anyDoor(): number {
    return this.#random.int(0, this.#clients.length - 1);
  }
}
