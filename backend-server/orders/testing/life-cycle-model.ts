import fc from 'fast-check';
import { expect } from 'vitest';
import {
  isAmendable, lapsedReason, steps, TRANSITIONS,
} from '../../../shared/contract/lifecycle.ts';
import type { Step } from '../../../shared/contract/lifecycle.ts';
import { gbp } from '../../../shared/contract/order.ts';
import type { Actor, Order, OrderEvent, OrderStatus } from '../../../shared/contract/order.ts';
import { must } from '../../../shared/runtime/assert.ts';
import type { Command, CommandBody } from '../commands.ts';
import type { MoveCommand } from '../life-cycle.ts';
import type { OpResult } from '../state.ts';
import {
  sampleCommand, sampleInstall, sampleOrderId, sampleOwner, samplePlace,
} from './sample-commands.ts';

/** The life cycle against a model that knows the table and the clock, and nothing of the rest. */

/** What a store says: what is executed, and what it holds afterwards. */
export interface Real {
  run(command: Command): Promise<OpResult>;
  order(id: string): Promise<Order | null>;
  events(id: string): Promise<readonly OrderEvent[]>;
}

interface ModelOrder {
  status: OrderStatus;
  fulfilment: Order['fulfilment'];
  version: number;
  acceptBy: number;
  cancellableUntil: number | null;
  amendableUntil: number;
  /** The last step and who took it. */
  last: { step: Step | 'place'; by: string };
  quantity: number;
}

export interface Model {
  /** Milliseconds since the beginning; no two ops have the same. */
  clock: number;
  ops: number;
  orders: Map<number, ModelOrder>;
}

export const newModel = (): Model => ({ clock: 0, ops: 0, orders: new Map() });

const startMs = Date.parse('2025-06-15T12:00:00.000Z');
const instantOf = (clock: number): string => new Date(startMs + clock).toISOString();

const minuteMs = 60_000;
const acceptMs = 10 * minuteMs;
const cancelMs = 5 * minuteMs;
const amendMs = 7 * minuteMs;

const nameOf = ({ kind, id }: Actor): string => `${kind} ${id ?? ''}`;

type Outcome = 'ok' | 'repeated' | 'not_found' | 'version_mismatch' | 'illegal_transition'
  | 'not_amendable' | 'invalid_params';

const moverOf = ({ kind }: Actor): string => (kind === 'operator' ? 'staff' : kind);

/** The row of the table that is open, as the model reads it. */
function rowFor(order: ModelOrder, step: Step, { by, clock }: { by: Actor; clock: number }) {
  return TRANSITIONS.find((row) => row.step === step && row.from === order.status
    && row.who.some((who) => who === moverOf(by))
    && (row.fulfilment ?? order.fulfilment) === order.fulfilment
    && (row.limit !== 'accept_by' || clock >= order.acceptBy)
    && (row.limit !== 'cancellable_until'
      || (order.cancellableUntil !== null && clock <= order.cancellableUntil)));
}

const isHidden = (n: number, by: Actor): boolean =>
  by.kind === 'customer' && by.id !== sampleOwner(n);

abstract class OneOp implements fc.AsyncCommand<Model, Real> {
  abstract check(model: Model): boolean;
  abstract body(model: Model): CommandBody;
  /** Changes the model as the op should have changed the store. */
  abstract expected(model: Model): Outcome;
  abstract about: number;
  abstract toString(): string;

  async run(model: Model, real: Real): Promise<void> {
    model.ops += 1;
    model.clock += 1;
    const at = instantOf(model.clock);
    const command: Command = { ...sampleCommand(model.ops, this.body(model)), at };
    const before = await real.events(sampleOrderId(this.about));
    const outcome = this.expected(model);
    const result = await real.run(command);
    expect(result.ok ? 'ok' : result.code).toBe(outcome === 'repeated' ? 'ok' : outcome);
    await this.#compare(model, real, { grew: outcome === 'ok', before: before.length });
    // The same op again tells the same and does nothing.
    expect(await real.run(command)).toEqual(result);
    await this.#compare(model, real, { grew: outcome === 'ok', before: before.length });
  }

  async #compare(
    model: Model, real: Real, { grew, before }: { grew: boolean; before: number },
  ): Promise<void> {
    const id = sampleOrderId(this.about);
    const known = model.orders.get(this.about);
    const order = await real.order(id);
    const events = await real.events(id);
    expect(events.length).toBe(before + Number(grew));
    if (known === undefined) {
      expect(order).toBeNull();
      return;
    }
    checkOrder(must(order, 'the model knows it'), events);
    expect(order).toMatchObject({
      status: known.status, version: known.version, lines: [{ quantity: known.quantity }],
    });
    expect(order?.cancellable_until)
      .toBe(known.cancellableUntil === null ? null : instantOf(known.cancellableUntil));
  }
}

/** Where an order goes that nobody rejects or cancels. */
function waysOn({ status, fulfilment }: ModelOrder): Step[] {
  return TRANSITIONS.flatMap(({ step, from, fulfilment: only = fulfilment }) =>
    (from === status && only === fulfilment && step !== 'place' && step !== 'cancel'
      && step !== 'reject' ? [step] : []));
}

/** What holds for every order at every moment. */
function checkOrder(order: Order, events: readonly OrderEvent[]): void {
  const isOver = !TRANSITIONS.some(({ from }) => from === order.status);
  expect(order.version).toBe(events.length);
  expect(order.closed_at === null).toBe(!isOver);
  expect(order.cancel !== null).toBe(order.status === 'cancelled' || order.status === 'rejected');
  const { items, options, discount, delivery_fee: fee, tip, total } = order.totals;
  expect(total.amount)
    .toBe(items.amount + options.amount - discount.amount + fee.amount + tip.amount);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1));
  // Each event begins where the one before it ended, by a row of the table.
  let status: OrderStatus | null = null;
  for (const { from, to } of events) {
    if (to === null) continue;
    expect(from).toBe(status);
    expect(TRANSITIONS.some((row) => row.from === status && row.to === to)).toBe(true);
    status = to;
  }
  expect(status).toBe(order.status);
}

class Place extends OneOp {
  readonly about: number;
  readonly fulfilment: Order['fulfilment'];

  constructor(n: number, fulfilment: Order['fulfilment']) {
    super();
    this.about = n;
    this.fulfilment = fulfilment;
  }

  check(model: Model): boolean {
    return !model.orders.has(this.about);
  }

  body({ clock }: Model): CommandBody {
    const lines = [{ sku: 'tea', quantity: 1 }];
    const { draft, ...place } = samplePlace({ n: this.about, lines });
    const { fulfilment } = this;
    const collected = fulfilment === 'collection' && {
      delivery: null,
      totals: {
        ...draft.totals, delivery_fee: gbp(0),
        total: gbp(draft.totals.total.amount - draft.totals.delivery_fee.amount),
      },
    };
    const acceptBy = instantOf(clock + acceptMs);
    return { ...place, draft: { ...draft, fulfilment, accept_by: acceptBy, ...collected } };
  }

  expected(model: Model): Outcome {
    const { clock } = model;
    model.orders.set(this.about, {
      status: 'placed', fulfilment: this.fulfilment, version: 1, acceptBy: clock + acceptMs,
      cancellableUntil: null, amendableUntil: clock + amendMs,
      last: { step: 'place', by: '' }, quantity: 1,
    });
    return 'ok';
  }

  toString(): string {
    return `place ${this.about} (${this.fulfilment})`;
  }
}

interface Ask {
  n: number;
  by: Actor;
  /** A number chooses among the ways that lead on. */
  step: Step | number;
  reason: string | null;
  /** Added to the version that the order has; null: none is named. */
  versionOff: number | null;
}

class Move extends OneOp {
  readonly ask: Ask;
  readonly about: number;

  constructor(ask: Ask) {
    super();
    this.ask = ask;
    this.about = ask.n;
  }

  check({ orders }: Model): boolean {
    if (typeof this.ask.step === 'string') return true;
    const order = orders.get(this.ask.n);
    return order !== undefined && waysOn(order).length > 0;
  }

  #step(orders: Model['orders']): Step {
    const { n, step } = this.ask;
    if (typeof step === 'string') return step;
    const ways = waysOn(must(orders.get(n), 'checked'));
    return must(ways[step % ways.length], 'checked');
  }

  body({ clock, orders }: Model): MoveCommand {
    const { n, by, reason, versionOff } = this.ask;
    const step = this.#step(orders);
    const version = orders.get(n)?.version ?? 1;
    return {
      kind: 'order.move', orderId: sampleOrderId(n), step, actor: by, reason, note: null,
      expectedVersion: versionOff === null ? null : version + versionOff,
      prepMinutes: step === 'accept' ? 20 : null,
      cancellableUntil: step === 'accept' ? instantOf(clock + cancelMs) : null,
      courier: null, eta: null,
    };
  }

  expected({ clock, orders }: Model): Outcome {
    const { n, by, reason, versionOff } = this.ask;
    const step = this.#step(orders);
    const order = orders.get(n);
    if (order === undefined || isHidden(n, by)) return 'not_found';
    if (order.last.step === step && order.last.by === nameOf(by)) return 'repeated';
    if (versionOff !== null && versionOff !== 0) return 'version_mismatch';
    const row = rowFor(order, step, { by, clock });
    if (row === undefined) return 'illegal_transition';
    if (row.reason !== undefined && reason === null) return 'invalid_params';
    if (Array.isArray(row.reason) && !row.reason.includes(reason)) return 'invalid_params';
    Object.assign(order, {
      status: row.to, version: order.version + 1, last: { step, by: nameOf(by) },
      cancellableUntil: step === 'accept' ? clock + cancelMs : null,
    });
    return 'ok';
  }

  toString(): string {
    const { n, by, step, reason, versionOff } = this.ask;
    return `${nameOf(by)}: ${step} ${n} (${reason ?? '-'}, ${versionOff ?? 'any'})`;
  }
}

class Amend extends OneOp {
  readonly about: number;
  readonly by: Actor;
  readonly quantity: number;
  readonly versionOff: number;

  constructor(ask: { n: number; by: Actor; quantity: number; versionOff: number }) {
    super();
    this.about = ask.n;
    this.by = ask.by;
    this.quantity = ask.quantity;
    this.versionOff = ask.versionOff;
  }

  check({ orders }: Model): boolean {
    return orders.has(this.about);
  }

  body({ orders }: Model): CommandBody {
    const order = must(orders.get(this.about), 'checked');
    const lines = [{ sku: 'tea', quantity: this.quantity }];
    const { draft } = samplePlace({ n: this.about, lines });
    const { schedule, menu_version, notes, eta } = draft;
    const isCollected = order.fulfilment === 'collection';
    const fee = draft.totals.delivery_fee.amount;
    return {
      kind: 'order.amend', orderId: sampleOrderId(this.about), actor: this.by,
      expectedVersion: order.version + this.versionOff,
      until: this.by.kind === 'customer' ? instantOf(order.amendableUntil) : null,
      amended: {
        schedule, lines: draft.lines, menu_version, notes, eta,
        delivery: isCollected ? null : draft.delivery,
        totals: !isCollected ? draft.totals : {
          ...draft.totals, delivery_fee: gbp(0), total: gbp(draft.totals.total.amount - fee),
        },
        accept_by: instantOf(order.acceptBy),
      },
    };
  }

  expected({ clock, orders }: Model): Outcome {
    const order = must(orders.get(this.about), 'checked');
    if (isHidden(this.about, this.by)) return 'not_found';
    if (this.versionOff !== 0) return 'version_mismatch';
    const isLate = this.by.kind === 'customer' && clock > order.amendableUntil;
    if (isLate || !isAmendable(order.status, this.by.kind)) return 'not_amendable';
    if (this.quantity === order.quantity) return 'repeated';
    order.version += 1;
    order.quantity = this.quantity;
    return 'ok';
  }

  toString(): string {
    return `${nameOf(this.by)}: amend ${this.about} to ${this.quantity} (${this.versionOff})`;
  }
}

/** Time passes; nothing happens by itself. */
class Wait implements fc.AsyncCommand<Model, Real> {
  readonly minutes: number;

  constructor(minutes: number) {
    this.minutes = minutes;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model): Promise<void> {
    model.clock += this.minutes * minuteMs;
  }

  toString(): string {
    return `wait ${this.minutes} min`;
  }
}

const ordersMax = 2;
const order = fc.integer({ min: 1, max: ordersMax });
const actor: fc.Arbitrary<Actor> = fc.oneof(
  order.map((n): Actor => ({ kind: 'customer', id: sampleOwner(n) })),
  fc.constantFrom<Actor>(
    { kind: 'staff', id: null }, { kind: 'staff', id: 'grace' }, { kind: 'operator', id: null },
    { kind: 'system', id: null },
  ),
);
const reason = fc.constantFrom(null, 'other', 'busy', 'no_answer', lapsedReason);
const versionOff = fc.constantFrom(null, 0, 0, -1, 1);

/** Steps that lead on come more often than others: a walk through the whole life. */
const staff = { kind: 'staff', id: null } as const;
const system = { kind: 'system', id: null } as const;

const onward = fc.record({ n: order, step: fc.nat(5) })
  .map((ask) => new Move({ ...ask, by: staff, reason: 'other', versionOff: 0 }));

const asks: fc.Arbitrary<fc.AsyncCommand<Model, Real>>[] = [
  fc.tuple(order, fc.constantFrom('delivery' as const, 'collection' as const))
    .map(([n, fulfilment]) => new Place(n, fulfilment)),
  fc.record({ n: order, by: actor, step: fc.constantFrom(...steps), reason, versionOff })
    .map((ask) => new Move(ask)),
  onward, onward, onward, onward,
  fc.tuple(order, fc.boolean()).map(([n, isOwn]) => new Move({
    n, by: isOwn ? { kind: 'customer', id: sampleOwner(n) } : staff,
    step: 'cancel', reason: 'other', versionOff: null,
  })),
  fc.tuple(order, fc.constantFrom<[Actor, string]>([staff, 'busy'], [system, lapsedReason]))
    .map(([n, [by, reason]]) => new Move({ n, by, step: 'reject', reason, versionOff: null })),
  fc.record({
    n: order, by: actor, quantity: fc.integer({ min: 1, max: 3 }),
    versionOff: fc.constantFrom(0, 0, -1),
  }).map((ask) => new Amend(ask)),
  fc.tuple(order, fc.integer({ min: 1, max: 9 })).map(([n, quantity]) => new Amend({
    n, by: { kind: 'customer', id: sampleOwner(n) }, quantity, versionOff: 0,
  })),
  fc.integer({ min: 1, max: 8 }).map((minutes) => new Wait(minutes)),
];

export const lifeCycleCommands = fc.commands(asks, { maxCommands: 60, size: 'max' });

export const installed = (): Command => sampleCommand(0, sampleInstall());
