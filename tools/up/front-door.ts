import { Agent, request } from 'undici';
import { z } from 'zod';
import { OrderlyError, isErrorCode } from '../../shared/contract/errors.ts';
import { clusterStatusSchema } from '../../shared/contract/frontend.ts';
import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import { systemClock } from '../../shared/runtime/clock.ts';

/** What the launcher, the bench and the tests ask of a front end over HTTP. */
export interface Door {
  /** Base address without a slash at the end. */
  url: string;
  token: string;
}

const answerWithinMs = 5_000;
const pollEveryMs = 50;
/**
 * A front end closes what is idle for 75 s: whoever keeps a connection for as long as it offers
 * can meet the end of it with a request.
 */
const connections = new Agent({ keepAliveMaxTimeout: 20_000 });
const problemSchema = z.looseObject({ code: z.string(), detail: z.string().optional() });

/** True when GET /readyz says 200. */
export async function isReady(url: string): Promise<boolean> {
  try {
    const { statusCode, body } = await request(`${url}/readyz`, {
      signal: AbortSignal.timeout(answerWithinMs),
    });
    await body.dump();
    return statusCode === 200;
  } catch {
    // Refused, reset or silent: not ready, which is all that was asked.
    return false;
  }
}

/** The JSON of a GET; throws `unavailable` when there is no answer, else the error answered. */
export async function getJson(door: Door, path: string): Promise<unknown> {
  let status: number;
  let json: unknown;
  try {
    const { statusCode, body } = await request(`${door.url}${path}`, {
      dispatcher: connections,
      headers: { authorization: `Bearer ${door.token}` },
      signal: AbortSignal.timeout(answerWithinMs),
    });
    status = statusCode;
    json = await body.json();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new OrderlyError('unavailable', `${door.url} does not answer.\ncause: ${why}\n`
      + 'fix:   `orderly health` says what is missing');
  }
  if (status < 300) return json;
  const problem = problemSchema.safeParse(json).data;
  const code = problem !== undefined && isErrorCode(problem.code) ? problem.code : 'internal';
  throw new OrderlyError(code, problem?.detail ?? `${door.url}${path} answered ${status}.`);
}

export const clusterStatus = async (door: Door): Promise<ClusterStatus> =>
  clusterStatusSchema.parse(await getJson(door, '/v1/cluster'));

const inSyncStates = ['serving', 'in sync'];

/**
 * True when that many back ends serve or follow in one and the same view; false also when nobody
 * can say. The front end's own view may be half a second old, so the members must confirm it.
 */
export async function inSync(door: Door, count: number): Promise<boolean> {
  try {
    const { members, view } = await clusterStatus(door);
    return members.filter((one) => one.in_sync && inSyncStates.includes(one.state)
      && one.view_number === view?.view_number).length >= count;
  } catch (error) {
    if (error instanceof OrderlyError) return false;
    throw error;
  }
}

/** Asks again and again until it is true; false when the time is over. */
export async function untilTrue(ask: () => Promise<boolean>, withinMs: number): Promise<boolean> {
  const untilMs = systemClock.nowMs() + withinMs;
  while (!await ask()) {
    if (systemClock.nowMs() >= untilMs) return false;
    await systemClock.sleep(pollEveryMs);
  }
  return true;
}
