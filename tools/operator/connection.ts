import { z } from 'zod';
import {
  isLoopback, readClientConfig, type ClientConfig, type CommonOptions,
} from '../../client/client-config.ts';
import { exitCodes, Failure } from '../../client/failure.ts';
import { Follower, type Follow } from '../../client/follow.ts';
import { Http, type Answer, type Attempt, type HttpRequest } from '../../client/http.ts';
import { failureOfProblem } from '../../client/messages.ts';
import { readOperatorToken } from '../../client/session-file.ts';
import type { Io } from '../../client/terminal.ts';
import { judge, read } from '../../client/verdict.ts';
import { ERRORS } from '../../shared/contract/errors.ts';
import { fromWire } from '../../shared/rpc/wire-error.ts';
import { clusterAnswer, type ClusterAnswer } from './cluster-answer.ts';

/** What the operator's commands say to a front end, through the door that everybody uses. */

const answer = z.union([
  z.object({
    error: z.object({ code: z.int(), message: z.string(), data: z.unknown().optional() }),
  }),
  z.object({ jsonrpc: z.literal('2.0'), result: z.unknown() }),
]);

const issues = z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() }));

/** A stream that is watched outlives a restart of the whole system. */
const followPatienceMs = 600_000;

/** As the client finds them, but an operator's own token comes before that of a customer. */
export async function readConnection(options: CommonOptions, io: Io): Promise<ClientConfig> {
  const config = await readClientConfig(options, io);
  if (config.tokenFrom !== 'remembered' || !isLoopback(config.url)) return config;
  const token = await readOperatorToken(io.home);
  return token === null ? config : { ...config, token, tokenFrom: 'machine' };
}

/** Asks once: whoever wants an answer later asks again. */
export class Door {
  readonly url: string;
  readonly #io: Io;
  readonly #config: ClientConfig;
  readonly #http: Http;

  constructor(config: ClientConfig, io: Io) {
    this.url = config.url;
    this.#io = io;
    this.#config = config;
    this.#http = new Http(config.url, io.clock);
  }

  /** Never throws. */
  attempt(request: Omit<HttpRequest, 'headers'>): Promise<Attempt> {
    const headers = this.#headers();
    return this.#http.attempt({ ...request, headers }, this.#config.timeoutMs, this.#io.stop);
  }

  /** As it was said. Throws a Failure. */
  async get(path: string): Promise<unknown> {
    return (await this.#answer(path)).body;
  }

  /** As it is read here, and as it was said. Throws a Failure. */
  async cluster(): Promise<{ value: ClusterAnswer; raw: unknown }> {
    const answered = await this.#answer('/v1/cluster');
    return { value: read(clusterAnswer, answered, null), raw: answered.body };
  }

  async #answer(path: string): Promise<Answer> {
    const verdict = judge(await this.attempt({ method: 'GET', path }), this.url);
    if (verdict.kind !== 'stands') throw verdict.failure;
    return verdict.answer;
  }

  /** The result of a JSON-RPC call. Throws a Failure. */
  async call(method: string, params: unknown): Promise<unknown> {
    const body = { jsonrpc: '2.0', id: 1, method, params };
    const attempt = await this.attempt({ method: 'POST', path: '/rpc', body });
    const answered = attempt.kind === 'answer' ? answer.safeParse(attempt.body).data : undefined;
    if (answered === undefined) {
      const verdict = judge(attempt, this.url);
      if (verdict.kind !== 'stands') throw verdict.failure;
      throw new Failure({
        code: 'answer', exitCode: exitCodes.failed, what: 'The answer is none of JSON-RPC 2.0.',
        fixes: ['check that --url names an Orderly front end of this version'],
      });
    }
    if (!('error' in answered)) return answered.result;
    const { code, message, data } = fromWire(answered.error);
    throw failureOfProblem(ERRORS[code].http, {
      code, detail: message, errors: issues.safeParse(data.issues).data ?? [],
    });
  }

  /**
   * Follows a stream for as long as the user wants, or until onEvent has had enough. A front end
   * that was there is waited for; one that is not there at the start is a Failure.
   */
  async follow(
    path: string, how: Pick<Follow, 'onEvent' | 'onConnection'> & { after?: string },
  ): Promise<void> {
    const { clock, stop } = this.#io;
    const { after, ...rest } = how;
    const first = await this.attempt({ method: 'GET', path: '/livez' });
    if (first.kind === 'unsent' || first.kind === 'unanswered') {
      const verdict = judge(first, this.url);
      if (verdict.kind !== 'stands') throw verdict.failure;
    }
    const headers = {
      ...this.#headers(), ...after === undefined ? {} : { 'last-event-id': after },
    };
    await new Follower({
      ...rest, http: this.#http, url: this.url, path, headers, clock, stop,
      enough: new AbortController().signal, patienceMs: followPatienceMs,
    }).run();
  }

  async close(): Promise<void> {
    await this.#http.close();
  }

  #headers(): Record<string, string> {
    const { token } = this.#config;
    return token === null ? {} : { authorization: `Bearer ${token}` };
  }
}

/** Does the work with the front end that the options name. Throws a Failure. */
export async function withDoor<T>(
  io: Io, options: CommonOptions, work: (door: Door) => Promise<T>,
): Promise<T> {
  const door = new Door(await readConnection(options, io), io);
  try {
    return await work(door);
  } finally {
    await door.close();
  }
}
