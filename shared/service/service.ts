import { hash, randomBytes } from 'node:crypto';
import type { z } from 'zod';
import { OrderlyError } from '../contract/errors.ts';
import { isResult, serviceMethods, serviceName } from '../contract/service.ts';
import type { ParamsOf } from '../contract/method.ts';
import { assert } from '../runtime/assert.ts';
import { systemClock } from '../runtime/clock.ts';
import { printReady, untilStopped } from '../runtime/lifecycle.ts';
import { createLogger } from '../runtime/logger.ts';
import type { Logger } from '../runtime/logger.ts';
import { currentTrace, traced } from '../runtime/trace.ts';
import { version } from '../runtime/version.ts';
import { RpcClient } from '../rpc/client.ts';
import { NameClient } from '../rpc/name-client.ts';
import { loadClusterSecret } from '../rpc/secret.ts';
import type { ClusterSecret } from '../rpc/secret.ts';
import { implement, serveRpc } from '../rpc/server.ts';
import type { Caller, Implementation } from '../rpc/server.ts';
import { issuesOf } from '../rpc/wire-error.ts';
import { ServiceCaller } from './caller.ts';
import type { ServiceConfig } from './config.ts';
import { readServiceConfig, serviceCommand } from './config.ts';
import { ServiceDirectory } from './directory.ts';
import { Lease } from './lease.ts';

/** What the function of a service is given beside its arguments. */
export interface CallContext {
  /** The same for every repetition of one call: tells a repetition from another call. */
  key: string;
  /** Aborts when nobody waits for the answer any more. */
  signal: AbortSignal;
  /**
   * Calls another service within the time that is left; `result` says what must come back. Throws
   * what ServiceCaller.call throws; an error that is not caught is the answer of this call too.
   */
  readonly call: <R>(
    service: string, args: readonly unknown[], result: z.ZodType<R>,
  ) => Promise<R>;
}

/** A service: one function under a name of its own. */
export interface ServiceDefinition<A extends readonly unknown[]> {
  /** `arithmetic.add`: lower case, with a dot. */
  name: string;
  /** One sentence. */
  doc: string;
  /**
   * Carrying it out twice has the effect of carrying it out once. Only then it is called again
   * when no answer came.
   */
  idempotent: boolean;
  /** What the arguments must be; wrong ones never reach the function. */
  args: z.ZodType<A>;
  /** Throw `refuse(...)` for what can not be done; anything else that is thrown is a failure. */
  call(args: A, context: CallContext): unknown;
}

/** An error of the service that its caller reads. */
export const refuse = (why: string): OrderlyError => new OrderlyError('service_refused', why);

/** Calls that one instance carries out at the same time. */
const runningMax = 256;
/** Before the caller stops waiting, so that the answer still arrives. */
const answerMs = 20;

/** At the end of the process. */
const finishMsMax = 5_000;
const finishMsStep = 20;

/** Calls that are being carried out. */
interface Running {
  count: number;
}

type CallParams = ParamsOf<typeof serviceMethods.call>;

function contextOf(
  { key, deadlineMs }: CallParams,
  { signal, caller }: { signal: AbortSignal; caller: ServiceCaller },
): CallContext {
  const endMs = systemClock.nowMs() + deadlineMs - answerMs;
  const trace = currentTrace();
  let calls = 0;
  return {
    key, signal,
    async call(service, args, result) {
      calls += 1;
      const answer = await traced(trace, () => caller.call({
        service, args,
        // A repetition of this call makes the same calls under the same keys.
        key: hash('sha256', `${key}\n${calls}`, 'hex'),
        deadlineMs: Math.max(0, Math.floor(endMs - systemClock.nowMs())),
      }));
      const checked = result.safeParse(answer.result);
      if (checked.success) return checked.data;
      throw new OrderlyError('service_failed', `${service} gave another result than expected.`);
    },
  };
}

/** What was begun and must not be begun again is no "nobody took it", whatever it needs is away. */
function failedOnTheWay(error: unknown, { idempotent }: { idempotent: boolean }): unknown {
  const retried = error instanceof OrderlyError
    && (error.code === 'unavailable' || error.code === 'overloaded');
  return retried && !idempotent ? new OrderlyError('service_failed', error.message) : error;
}

/** The one method of a service, from the function that its author wrote. */
function implementation<A extends readonly unknown[]>(
  definition: ServiceDefinition<A>,
  { caller, running }: { caller: ServiceCaller; running: Running },
): Implementation {
  const run = async (params: CallParams, { signal }: Caller): Promise<{ result: unknown }> => {
    if (params.service !== definition.name) {
      throw new OrderlyError('unavailable', `This is ${definition.name}.`, { reason: 'refused' });
    }
    const args = definition.args.safeParse(params.args);
    if (!args.success) {
      const issues = issuesOf(args.error)
        .map((issue) => ({ ...issue, pointer: `/args${issue.pointer}` }));
      throw new OrderlyError('invalid_params', undefined, { issues });
    }
    let result: unknown;
    try {
      result = await definition.call(args.data, contextOf(params, { signal, caller })) ?? null;
    } catch (error) {
      throw failedOnTheWay(error, definition);
    }
    if (isResult(result)) return { result };
    throw new OrderlyError('service_failed', 'The result is no JSON, or it is too large.');
  };
  return implement(serviceMethods.call, async (params, from) => {
    if (running.count >= runningMax) throw new OrderlyError('overloaded');
    running.count += 1;
    try {
      return await run(params, from);
    } finally {
      running.count -= 1;
    }
  });
}

/** What was begun is brought to its end, where that does not take too long. */
async function untilIdle(running: Running): Promise<void> {
  const untilMs = systemClock.nowMs() + finishMsMax;
  while (running.count > 0 && systemClock.nowMs() < untilMs) {
    // oxlint-disable-next-line no-await-in-loop
    await systemClock.sleep(finishMsStep);
  }
}

const secretOf = (config: ServiceConfig): ClusterSecret => {
  const { home, secretValue: value, secretFile: file, certificate } = config;
  return loadClusterSecret({
    home, create: false, ...(value !== undefined && { value }), ...(file !== undefined && { file }),
    ...(certificate !== undefined && { certificate }),
  });
};

/** Serves until it is told to end; resolves with the exit code. */
async function serve<A extends readonly unknown[]>(
  definition: ServiceDefinition<A>, config: ServiceConfig, logger: Logger,
): Promise<number> {
  const { id, group } = config;
  const clock = systemClock;
  const secret = secretOf(config);
  const identity = { class: 'service' as const, id };
  const names = new NameClient({
    secret, identity, addresses: config.nameservers, mdns: config.mdns, logger, clock,
  });
  const caller = new ServiceCaller({
    directory: new ServiceDirectory({ names, group, clock, logger }),
    connect: (address) => new RpcClient({ secret, identity, address, logger }),
    clock,
  });
  const running: Running = { count: 0 };
  const server = await serveRpc({
    secret, host: config.host, port: config.port, logger,
    methods: [implementation(definition, { caller, running })],
  });
  const lease = new Lease({
    names, clock, logger,
    registration: {
      kind: definition.name, group, id, instance: randomBytes(16).toString('hex'), boot: 1,
      address: server.address, version,
      terms: { doc: definition.doc, idempotent: definition.idempotent },
    },
  });
  lease.start();
  printReady(config.json, { role: definition.name, id, url: server.address });
  return untilStopped(async () => {
    // First nobody is sent here any more.
    await lease.end();
    await untilIdle(running);
    await server.close();
    caller.close();
    await names.close();
  }, logger);
}

const exitFailed = 1;
const exitUsage = 2;

/**
 * The whole program of a service: reads the command line, serves its function with the cluster's
 * key, keeps it registered, and ends gracefully on SIGTERM. Sets the exit code.
 */
export async function runService<A extends readonly unknown[]>(
  definition: ServiceDefinition<A>,
): Promise<void> {
  const { name, doc } = definition;
  assert(serviceName.safeParse(name).success, 'a service is named like group.name');
  const command = serviceCommand(name, doc);
  command.parse();
  try {
    const config = readServiceConfig(name, command.opts());
    const { id, logLevel: level, logFormat: format } = config;
    const logger = createLogger({ role: name, id, level, format });
    process.exitCode = await serve(definition, config, logger);
  } catch (error) {
    if (!(error instanceof OrderlyError)) throw error;
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = error.code === 'invalid_params' ? exitUsage : exitFailed;
  }
}
