import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { TokenBucket } from '../../backend-server/geocoding/token-bucket.ts';
import type { Rate } from '../../backend-server/geocoding/token-bucket.ts';
import { control } from './control.ts';
import { decodeSegment, splitTarget } from './exchange.ts';
import type { AskedRequest, Reply } from './exchange.ts';
import { perform, send } from './fault-actions.ts';
import { RuleBook } from './fault-rules.ts';
import { Gate } from './gate.ts';
import { compact, loadPostcodes } from './postcode-data.ts';
import type { DataSource } from './postcode-data.ts';
import { answerPrimary } from './primary-routes.ts';
import { RequestLog } from './request-log.ts';
import { answerSecondary, tooManyRequests } from './secondary-routes.ts';

/** postcodes.io (primary) or findthatpostcode.uk (secondary) on this machine. */
export type Service = 'primary' | 'secondary';

export interface StandinOptions extends DataSource {
  service: Service;
  /** 0 or absent: any free port. */
  port?: number;
  controlPort?: number;
  /** Before every answer. */
  latencyMs?: number;
  /** Absent: none for the primary, 2 a second with a burst of 5 for the secondary; null: none. */
  rate?: Rate | null;
  /** Of the rate and of the time windows of rules. */
  clock?: Clock;
}

export interface Standin {
  url: string;
  controlUrl: string;
  close(): Promise<void>;
}

const secondaryRate: Rate = { perSecond: 2, burst: 5 };
const bodyBytesMax = 1 << 20;

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    length += bytes.length;
    if (length <= bodyBytesMax) chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** The postcode a request is about, for rules and for the log: the second part of its path. */
function codeOf(path: string): string {
  const [, , segment = ''] = path.split('/');
  return compact((decodeSegment(segment) ?? '').replace(/\.(json|html)$/, ''));
}

function plainHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, String(value ?? '')]),
  );
}

class PostcodeService {
  readonly rules = new RuleBook();
  readonly log = new RequestLog();
  readonly #options: StandinOptions;
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #bucket: TokenBucket | null;
  readonly #answer: (asked: AskedRequest) => Reply;
  readonly #closing = new AbortController();

  constructor(options: StandinOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#startedMs = this.#clock.nowMs();
    const ofService = options.service === 'secondary' ? secondaryRate : null;
    const rate = options.rate === undefined ? ofService : options.rate;
    this.#bucket = rate === null ? null : new TokenBucket(rate, this.#startedMs);
    const data = loadPostcodes(options);
    this.#answer = (asked) =>
      options.service === 'primary' ? answerPrimary(asked, data) : answerSecondary(asked, data);
  }

  nowMs = (): number => this.#clock.nowMs();

  close(): void {
    this.#closing.abort();
  }

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url: target = '' } = request;
    const { path } = splitTarget(target);
    const code = codeOf(path);
    const rule = this.rules.take({ path, code, nowMs: this.nowMs() });
    const { n } = this.log.add({
      at_ms: Math.round(this.nowMs() - this.#startedMs),
      method,
      target,
      code,
      headers: plainHeaders(request),
      rule: rule?.id ?? null,
    });
    const asked = { method, target, headers: request.headers, body: await readBody(request) };
    const signal = this.#signalOf(response);
    const { latencyMs = 0 } = this.#options;
    if (latencyMs > 0) await wait(latencyMs, undefined, { signal });
    const truth = this.#truth(asked);
    if (rule === null) send(response, truth);
    else {
      const facts = { n, method, code };
      await perform(rule.action, { response, truth, facts, hits: rule.hits, signal });
    }
  }

  #truth(asked: AskedRequest): Reply {
    if (this.#bucket === null || this.#bucket.take(this.nowMs())) return this.#answer(asked);
    return tooManyRequests(Math.ceil(this.#clock.wallMs() / 1000) + 1);
  }

  /** Aborts when the client leaves or the stand-in ends, whatever is under way. */
  #signalOf(response: ServerResponse): AbortSignal {
    const left = new AbortController();
    const leave = (): void => left.abort();
    response.once('close', () => {
      this.#closing.signal.removeEventListener('abort', leave);
      leave();
    });
    this.#closing.signal.addEventListener('abort', leave, { once: true });
    return left.signal;
  }
}

/** Nothing is left to be told to a client that went away in the middle of an answer. */
const swallow = (response: ServerResponse) => (): void => {
  response.destroy();
};

/**
 * Starts a stand-in on 127.0.0.1. Throws OrderlyError: `invalid_params` for unreadable data,
 * `unavailable` for a port that is taken.
 */
export async function startStandin(options: StandinOptions): Promise<Standin> {
  const service = new PostcodeService(options);
  const server = createServer((request, response) => {
    service.serve(request, response).catch(swallow(response));
  });
  const gate = new Gate(server, options.port ?? 0);
  const controlled = { rules: service.rules, log: service.log, gate, nowMs: service.nowMs };
  const controlServer = createServer((request, response) => {
    control(controlled, request, response).catch(swallow(response));
  });
  const controlGate = new Gate(controlServer, options.controlPort ?? 0);
  const close = async (): Promise<void> => {
    service.close();
    await Promise.all([gate.set('down'), controlGate.set('down')]);
  };
  try {
    await gate.set('up');
    await controlGate.set('up');
  } catch (error) {
    await close();
    throw error;
  }
  return { url: gate.url, controlUrl: controlGate.url, close };
}
