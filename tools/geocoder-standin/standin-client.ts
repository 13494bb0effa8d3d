import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { FaultRuleInput } from './fault-rules.ts';
import type { GateMode } from './gate.ts';
import type { LoggedRequest } from './request-log.ts';

const countersSchema = z.object({
  requests: z.int(),
  connections: z.int(),
  mode: z.string(),
  rules: z.array(z.object({ id: z.int(), hits: z.int() })),
});

const requestsSchema: z.ZodType<LoggedRequest[]> = z.array(z.object({
  n: z.int(),
  at_ms: z.int(),
  method: z.string(),
  target: z.string(),
  code: z.string(),
  headers: z.record(z.string(), z.string()),
  rule: z.int().nullable(),
}));

/** Speaks to the control port of a stand-in; for tests and tools that break things on purpose. */
export class StandinClient {
  readonly #controlUrl: string;

  constructor(controlUrl: string) {
    this.#controlUrl = controlUrl;
  }

  /** Adds rules; the first that matches a request decides. */
  async fault(...rules: FaultRuleInput[]): Promise<void> {
    await this.#call('POST /rules', rules);
  }

  async clearFaults(): Promise<void> {
    await this.#call('DELETE /rules');
  }

  async listening(mode: GateMode): Promise<void> {
    await this.#call('PUT /listening', { mode });
  }

  async requests(): Promise<LoggedRequest[]> {
    return requestsSchema.parse(await this.#call('GET /requests'));
  }

  async clearRequests(): Promise<void> {
    await this.#call('DELETE /requests');
  }

  async counters(): Promise<z.infer<typeof countersSchema>> {
    return countersSchema.parse(await this.#call('GET /counters'));
  }

  /** Throws OrderlyError `invalid_request` when the stand-in refuses. */
  async #call(route: string, body?: unknown): Promise<unknown> {
    const [method = '', path = ''] = route.split(' ');
    const sent = body === undefined ? null : JSON.stringify(body);
    const response = await fetch(this.#controlUrl + path, { method, body: sent });
    const text = await response.text();
    if (!response.ok) throw new OrderlyError('invalid_request', `${route}: ${text}`);
    return text === '' ? null : JSON.parse(text);
  }
}
