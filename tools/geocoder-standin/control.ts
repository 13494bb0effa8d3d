import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import type { Gate } from './gate.ts';
import { gateModes } from './gate.ts';
import { faultRuleSchema } from './fault-rules.ts';
import type { RuleBook } from './fault-rules.ts';
import type { RequestLog } from './request-log.ts';

/**
 * The second port of a stand-in, where faults are set and requests are looked at:
 * GET POST DELETE /rules, DELETE /rules/ID, GET DELETE /requests, GET /counters,
 * PUT /listening with {"mode": "up" | "down" | "reset" | "silent"}.
 */
export interface Controlled {
  rules: RuleBook;
  log: RequestLog;
  gate: Gate;
  nowMs: () => number;
}

interface Answer {
  status: number;
  body: unknown;
}

const done: Answer = { status: 204, body: null };
const rulesSchema = z.union([
  faultRuleSchema.transform((rule) => [rule]),
  z.array(faultRuleSchema),
]);
const listeningSchema = z.strictObject({ mode: z.enum(gateModes) });

function counters({ rules, log, gate }: Controlled): Answer {
  const perRule = rules.list().map(({ id, hits }) => ({ id, hits }));
  const { connections, mode } = gate;
  return { status: 200, body: { requests: log.total, connections, mode, rules: perRule } };
}

type Route = (controlled: Controlled, body: unknown) => Answer | Promise<Answer>;

const routes: Readonly<Record<string, Route>> = {
  'GET /rules': ({ rules }) => ({ status: 200, body: rules.list() }),
  'POST /rules': ({ rules, nowMs }, body) => {
    const added = rulesSchema.parse(body).map((rule) => rules.add(rule, nowMs()).id);
    return { status: 201, body: { ids: added } };
  },
  'DELETE /rules': ({ rules }) => {
    rules.remove();
    return done;
  },
  'GET /requests': ({ log }) => ({ status: 200, body: log.list() }),
  'DELETE /requests': ({ log }) => {
    log.clear();
    return done;
  },
  'GET /counters': (controlled) => counters(controlled),
  'PUT /listening': async ({ gate }, body) => {
    await gate.set(listeningSchema.parse(body).mode);
    return done;
  },
};

async function readBody(request: IncomingMessage): Promise<unknown> {
  const bytes = await buffer(request);
  return bytes.length === 0 ? null : JSON.parse(bytes.toString());
}

async function answer(controlled: Controlled, request: IncomingMessage): Promise<Answer> {
  const key = `${request.method ?? ''} ${request.url ?? ''}`;
  // A page in a browser has no business here, whatever name it reached this port by.
  if (request.headers.origin !== undefined) return { status: 403, body: { error: 'no browsers' } };
  const [, id] = /^DELETE \/rules\/(\d+)$/.exec(key) ?? [];
  if (id !== undefined && controlled.rules.remove(Number(id))) return done;
  const route = routes[key];
  if (route === undefined) return { status: 404, body: { error: 'no such route' } };
  try {
    return await route(controlled, await readBody(request));
  } catch (error) {
    const detail = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
    return { status: 400, body: { error: detail } };
  }
}

/** Answers one request of the control port. */
export async function control(
  controlled: Controlled,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, body } = await answer(controlled, request);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(status === 204 ? undefined : JSON.stringify(body));
}
