import { v7 as uuid7 } from 'uuid';
import type { Operation, Query, QueryResult, backendMethods } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import type { ParamsOf, ResultOf } from '../shared/contract/method.ts';
import type { Actor } from '../shared/contract/order.ts';
import type { Outcome } from '../shared/contract/submission.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import { currentTrace, traced } from '../shared/runtime/trace.ts';
import { requireSession } from './accounts/session-check.ts';
import { admitChange, publicNameOf } from './admission/admit-change.ts';
import { buildPlace } from './admission/build-order.ts';
import type { Quoting } from './admission/quoting.ts';
import type { CommandBody } from './orders/commands.ts';
import type { AppliedResult } from './orders/state.ts';
import { ReadRoom } from './read-room.ts';
import type { Done, Replica } from './replica.ts';
import { requireServing } from './require-serving.ts';
import type { Storage } from './storage/storage.ts';

type Submit = ParamsOf<typeof backendMethods.submit>;
type Submitted = ResultOf<typeof backendMethods.submit>;
type Close = ParamsOf<typeof backendMethods.close>;
type Closed = ResultOf<typeof backendMethods.close>;
type CreateOperation = Extract<Operation, { operation: 'order.create' }>;

export interface OrderServiceParts {
  replica: Replica;
  storage: Storage;
  quoting: Quoting;
  clock: Clock;
}

/**
 * Admission: everything about a request that is not deterministic (ids, time, price snapshot,
 * geocoding) is fixed here, on the primary, before the op enters the log. Nothing is held while a
 * web service is asked.
 */
export class OrderService {
  readonly #parts: OrderServiceParts;
  readonly #readRoom = new ReadRoom();
  #lastAtMs = 0;

  constructor(parts: OrderServiceParts) {
    this.#parts = parts;
  }

  async submit(params: Submit): Promise<Submitted> {
    const trace = currentTrace();
    await requireServing(this.#parts.replica);
    const { principal, session, as_of: asOf } = params;
    if (session !== undefined) {
      await requireSession(this.#parts.storage, { principal, session, asOf });
    }
    const opId = submitOpId(params);
    let body: CommandBody;
    try {
      body = await traced(trace, () => this.#admit(params));
    } catch (error) {
      // The same request may have been accepted before: then its first answer is the answer.
      const before = error instanceof OrderlyError ? await this.recorded(opId) : null;
      if (before === null) throw error;
      return this.#answer(params, before);
    }
    const done = await this.commit(opId, params.fingerprint, body);
    return this.#answer(params, done);
  }

  /** Ends the op of an order: with what is recorded there, or as `ending` says from now on. */
  async close(params: Close): Promise<Closed> {
    await requireServing(this.#parts.replica);
    const opId = opIdOf(params, 'order.create');
    const body: CommandBody = { kind: 'order.close', ending: params.ending };
    const { applied } = await this.commit(opId, params.fingerprint, body);
    return { outcome: outcomeOf(applied, params.fingerprint), lsn: applied.lsn };
  }

  /** Throws `overloaded` while as much is read as may be at a time. */
  read(
    params: ParamsOf<typeof backendMethods.read>,
  ): Promise<{ result: QueryResult; lsn: number }> {
    return this.#readRoom.during(params.query, () => this.#read(params));
  }

  async #read(
    params: ParamsOf<typeof backendMethods.read>,
  ): Promise<{ result: QueryResult; lsn: number }> {
    const { query, principal, session, stale } = params;
    if (!stale) await this.#parts.replica.confirmRead();
    if (session !== undefined && principal !== undefined) {
      await requireSession(this.#parts.storage, { principal, session }, stale);
    }
    return this.#parts.storage.query(query, ownerFor(query, principal));
  }

  /** An op of the system itself; the same opId has an effect once. */
  async submitOwn(opId: string, body: CommandBody): Promise<AppliedResult> {
    return (await this.commit(opId, '', body)).applied;
  }

  /** Grows from op to op of this process, whatever the wall clock does. */
  now(): string {
    this.#lastAtMs = Math.max(this.#lastAtMs + 1, this.#parts.clock.wallMs());
    return new Date(this.#lastAtMs).toISOString();
  }

  /** Carries an op out and answers what it gave, now or the first time that it was sent. */
  commit(opId: string, fingerprint: string, body: CommandBody): Promise<Done> {
    return this.#parts.replica.submit(
      opId,
      JSON.stringify({ opId, fingerprint, at: this.now(), ...body }),
    );
  }

  /** What an op gave when it was carried out; null when it was not. */
  async recorded(opId: string): Promise<Done | null> {
    const applied = await this.#parts.storage.findResult(opId);
    return applied && { lsn: 0, copies: 0, applied };
  }

  #answer(params: Submit, done: Done): Submitted {
    const { applied } = done;
    if (applied.fingerprint !== params.fingerprint)
      throw new OrderlyError('idempotency_key_reused');
    const { result } = applied;
    if (!result.ok) throw new OrderlyError(result.code, result.detail, result.data);
    return {
      order: must(result.order, 'an order operation answers with an order'),
      replayed: applied.lsn !== done.lsn,
      lsn: applied.lsn,
      copies: Math.max(done.copies, 1),
    };
  }

  async #admit({ request, principal, as_of: asOf }: Submit): Promise<CommandBody> {
    if (request.operation === 'order.create') return this.#admitOrder(request, principal, asOf);
    return admitChange({ request, actor: principal, now: this.now() }, this.#parts);
  }

  async #admitOrder(
    { input }: CreateOperation,
    principal: Submit['principal'],
    asOf: Submit['as_of'],
  ): Promise<CommandBody> {
    const { quoting } = this.#parts;
    const trace = currentTrace();
    const catalogue = await quoting.catalogue(input.shop_id);
    const built = buildPlace(input, {
      catalogue,
      id: uuid7(),
      address: await traced(trace, () => quoting.address(input, catalogue.shop)),
      queueMinutes: await quoting.queueMinutes(catalogue.shop),
      now: this.now(),
      asOf,
      actor: principal,
    });
    if (!built.ok) throw new OrderlyError(built.code, built.detail, built.data);
    return built.body;
  }
}

/** Keys of different principals and operations never meet. */
export const opIdOf = (
  { principal, key }: Pick<Submit, 'principal' | 'key'>,
  operation: string,
): string => `${principal.kind}:${principal.id ?? ''}:${operation}:${key}`;

export const submitOpId = (params: Submit): string =>
  opIdOf(params, publicNameOf(params.request));

/** What nobody has to sign in for. */
const isPublic = (query: Query['query']): boolean =>
  query === 'shop.list' || query === 'shop.get' || query === 'menu.get';

/** Staff and operators see everything, a customer what is theirs, a stranger nothing. */
function ownerFor({ query }: Query, principal: Actor | undefined): string | null {
  if (isPublic(query)) return null;
  if (query === 'account.get' || query === 'session.list') return principal?.id ?? null;
  if (principal === undefined) return '';
  return principal.kind === 'customer' ? (principal.id ?? '') : null;
}

/** What is recorded under the op of an order, in the words of its submission. */
function outcomeOf({ fingerprint, result }: AppliedResult, asked: string): Outcome {
  if (fingerprint !== asked) {
    const { code, message } = new OrderlyError('idempotency_key_reused');
    return { as: 'rejected', refusal: { code, detail: message, data: {} } };
  }
  if (result.ok) {
    const { id } = must(result.order, 'an order operation answers with an order');
    return { as: 'placed', orderId: id };
  }
  const { code, detail, data } = result;
  if (code === 'submission_expired') return { as: 'expired' };
  if (code === 'submission_withdrawn') return { as: 'withdrawn' };
  return { as: 'rejected', refusal: { code, detail, data } };
}
