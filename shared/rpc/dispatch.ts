import jayson from 'jayson';
import { OrderlyError } from '../contract/errors.ts';
import type { CallerClass, Method } from '../contract/method.ts';
import { assert } from '../runtime/assert.ts';
import { systemClock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { currentTrace, receivedTrace, traced } from '../runtime/trace.ts';
import { serverDurations } from './rpc-metrics.ts';
import { hide, issuesOf, toWire } from './wire-error.ts';

/** Who makes a call. */
export interface Caller {
  /** Proven by the key of the connection. */
  class: CallerClass;
  /** What the other side calls itself; anyone with the key of the class can say anything. */
  id: string;
  /** Aborts when the connection closes: nobody waits for the answer any more. */
  signal: AbortSignal;
}

/** A method with the code that carries it out; made by `implement`. */
export interface Implementation {
  method: Method;
  run(params: unknown, caller: Caller): Promise<unknown>;
}

/** Joins a declared method to its code; params are checked before `run` sees them. */
export const implement = <P, R>(
  method: Method<P, R>,
  run: (params: P, caller: Caller) => Promise<R>,
): Implementation => ({
  method: method as Method,
  run: (params, caller) => run(params as P, caller),
});

/** The name of the sign-of-life call that every server answers, gate or not. */
export const pingMethod = 'rpc.ping';

/** Carries out one JSON-RPC object; `answer` gets null for a notification. */
export type Dispatch = (
  item: unknown, caller: Caller, answer: (response: object | null) => void,
) => void;

export interface DispatchOptions {
  methods: readonly Implementation[];
  logger: Logger;
  gate?: ((method: string) => OrderlyError | null) | undefined;
}

const idLengthMax = 128;

function isPlainId(id: unknown): boolean {
  if (id === undefined || id === null) return true;
  return typeof id === 'string' ? id.length <= idLengthMax : Number.isSafeInteger(id);
}

const isCaller = (context: object): context is Caller => 'signal' in context;

/**
 * One handler: forbidden, gate, params, code. It is async, so that an exception is always a
 * rejection: jayson lets a synchronous one end the process.
 */
async function carryOut(
  implementation: Implementation, request: { params: unknown; caller: Caller }, gate: Gate,
): Promise<unknown> {
  const { method } = implementation;
  const { params, caller } = request;
  if (!method.callers.includes(caller.class)) {
    throw new OrderlyError('forbidden', `A ${caller.class} may not call ${method.name}.`);
  }
  const refusal = gate(method.name);
  if (refusal !== null) throw refusal;
  const checked = method.params.safeParse(params ?? {});
  if (!checked.success) {
    throw new OrderlyError('invalid_params', undefined, { issues: issuesOf(checked.error) });
  }
  return implementation.run(checked.data, caller);
}

type Gate = (method: string) => OrderlyError | null;

function handlerOf(implementation: Implementation, options: DispatchOptions): jayson.Method {
  const gate = options.gate ?? (() => null);
  const { name } = implementation.method;
  const answer = async (
    params: unknown, caller: Caller, done: jayson.JSONRPCCallbackTypePlain,
  ): Promise<void> => {
    const startMs = systemClock.nowMs();
    const trace = currentTrace();
    const ended = (outcome: string): void => {
      const ms = systemClock.nowMs() - startMs;
      serverDurations.took(ms, name, outcome);
      // Only what somebody outside waits for: between each other programs talk all the time.
      if (trace === undefined) return;
      const line = { method: name, outcome, ms: Math.round(ms) };
      traced(trace, () => options.logger.debug(line, 'call answered'));
    };
    let result: unknown;
    try {
      result = await carryOut(implementation, { params, caller }, gate);
    } catch (error) {
      const known = error instanceof OrderlyError ? error
        : traced(trace, () => hide(error, name, options.logger));
      ended(known.code);
      done(toWire(known));
      return;
    }
    ended('ok');
    done(null, result);
  };
  return new jayson.Method((
    params: unknown, caller: object, done: jayson.JSONRPCCallbackTypePlain,
  ) => {
    assert(isCaller(caller), 'every dispatch has its caller as the context');
    void answer(params, caller, done);
  }, { useContext: true });
}

const failing = (error: OrderlyError): jayson.Method =>
  new jayson.Method((_params: unknown, done: jayson.JSONRPCCallbackTypePlain) => {
    done(toWire(error));
  });

/** What is not a request that we take: answered without asking jayson, which is more lenient. */
function refusalOf(item: unknown): object | null {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return refusedFrame(new OrderlyError('invalid_request'));
  }
  return 'id' in item && !isPlainId(item.id)
    ? refusedFrame(new OrderlyError('invalid_request', 'The id is not a short string or integer.'))
    : null;
}

/** An answer to something that has no usable id. */
export const refusedFrame = (error: OrderlyError): object =>
  ({ jsonrpc: '2.0', id: null, error: toWire(error) });

/** The JSON-RPC 2.0 protocol over these methods: jayson decides what a request is and who runs. */
export function createDispatch(options: DispatchOptions): Dispatch {
  const methods: Record<string, jayson.Method> = {};
  for (const implementation of options.methods) {
    methods[implementation.method.name] = handlerOf(implementation, options);
  }
  const unknownMethod = failing(new OrderlyError('unknown_method'));
  const ping = new jayson.Method((_params: unknown, done: jayson.JSONRPCCallbackTypePlain) => {
    done(null, null);
  });
  const server = new jayson.Server(methods, {
    useContext: true,
    // Names that begin with rpc. can not be registered; the router may still know them.
    router(name) {
      return name === pingMethod ? ping : this.getMethod(name) ?? unknownMethod;
    },
  });
  return (item, caller, answer) => {
    const refusal = refusalOf(item);
    if (refusal !== null) {
      answer(refusal);
      return;
    }
    const request = item as { id?: unknown; trace?: unknown };
    const nullId = request.id === null;
    // jayson takes a null id for a notification; JSON-RPC 2.0 wants an answer with a null id.
    const asked = (nullId ? { ...request, id: 0 } : request) as jayson.JSONRPCRequestLike;
    const call = (): void => server.call(asked, caller, (error, response) => {
      const given = error ?? response ?? null;
      answer(nullId && given !== null ? { ...given, id: null } : given);
    });
    const trace = receivedTrace(request.trace);
    traced(trace ?? undefined, call);
  };
}
