import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { FrontDoor } from './front-door.ts';
import type { Ask, Reply } from './front-door.ts';

/** Someone who sends bad input to a front end, and what may come of it. */

/** What no answer to a stranger may hold. */
const inner = /node_modules|\/work\/|at \w+ \(|SQLITE|SELECT /;

export const statusLine = (text: string): string => text.split('\r\n', 1)[0] ?? '';

export class HostileCaller {
  readonly door = new FrontDoor();
  #executed = 0;

  /** Starts the front end for the tests of a file; each must leave it in working order. */
  constructor() {
    beforeAll(() => this.door.start());
    afterAll(() => this.door.stop());
    afterEach(async () => {
      expect((await this.door.ask('GET', '/v1/menu')).status).toBe(200);
      expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    });
  }

  /** The head of a request as text, with a Host and a good token. */
  head([first = '', ...more]: readonly string[], host = '127.0.0.1'): string {
    const authorization = `authorization: Bearer ${this.door.token}`;
    return [first, `Host: ${host}`, authorization, ...more, '', ''].join('\r\n');
  }

  /** The first line of the answer to a GET of one connection. */
  async statusOf(lines: readonly string[], host?: string): Promise<string> {
    return statusLine(await this.door.raw(this.head([...lines, 'connection: close'], host), 2_000));
  }

  expectProblem(reply: Reply, status: number, code: string): void {
    expect(reply.text).not.toMatch(inner);
    expect([reply.status, (reply.json as { code?: string } | null)?.code]).toEqual([status, code]);
    expect(reply.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  }

  /** The number of the error over JSON-RPC. */
  async rpcCode(body: unknown, ask: Ask = {}): Promise<number | 'result' | 'silence'> {
    const reply = await this.door.rpc(body, ask);
    expect(reply.text).not.toMatch(inner);
    if (reply.status === 204) return 'silence';
    return (reply.json as { error?: { code: number } }).error?.code ?? 'result';
  }

  /** How many orders were placed since it was asked last. */
  placed(): number {
    const before = this.#executed;
    this.#executed = this.door.cluster.executions.length;
    return this.#executed - before;
  }
}
