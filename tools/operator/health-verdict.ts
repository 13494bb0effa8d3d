import { z } from 'zod';
import { exitCodes, Failure } from '../../client/failure.ts';
import { told } from '../../client/view/told.ts';
import { judge, read } from '../../client/verdict.ts';
import type { ClusterAnswer } from './cluster-answer.ts';
import type { Door } from './connection.ts';
import { isWell, stateWords } from './status-view.ts';

/** What the answers of a front end come to. */

export interface Health {
  word: 'healthy' | 'degraded' | 'not ready';
  /** What is there. */
  facts: string[];
  /** What is missing. */
  reasons: string[];
}

const readiness = z.object({
  status: z.string(),
  checks: z.record(z.string(), z.object({ status: z.string() })).default({}),
});

const checkWords: Readonly<Record<string, string>> = {
  draining: 'the front end stops',
  room: 'the front end has no room for more requests',
  queue: 'the queue of orders is full',
  event_loop: 'the front end has more work than it can do',
  primary: 'no primary answers',
  name_server: 'the name server does not answer',
};

/** The checks that did not pass, in words. */
async function checksThatFail(door: Door): Promise<{ ready: boolean; failing: string[] }> {
  const attempt = await door.attempt({ method: 'GET', path: '/readyz?verbose' });
  // 503 with a list of checks is the answer that was asked for.
  const verdict = attempt.kind === 'answer' && readiness.safeParse(attempt.body).success
    ? { kind: 'stands' as const, answer: attempt } : judge(attempt, door.url);
  if (verdict.kind !== 'stands') throw verdict.failure;
  const { status, checks } = read(readiness, verdict.answer, null);
  const failing = Object.entries(checks).filter(([, check]) => check.status !== 'pass')
    .map(([name]) => checkWords[name] ?? told(name, 40));
  return { ready: status !== 'fail', failing };
}

const quoted = (names: string[]): string => names.map((name) => told(name, 64)).join(', ');

/** What a next failure would need and does not have. */
function missing({ members, view, front_ends: fronts, geocoders }: ClusterAnswer): string[] {
  const inSync = members.filter(({ in_sync: is }) => is).length;
  const least = view?.min_in_sync ?? 1;
  const geocodersOut = geocoders.filter(({ state }) => state.endsWith('open'));
  const frontsLost = fronts.filter(({ alive }) => !alive);
  return [
    ...members.filter((one) => !isWell(one))
      .map((one) => `${told(one.id, 64)}: ${stateWords(one)}`),
    ...(inSync <= least && inSync > 0 && inSync < members.length
      ? [`${inSync} in sync: if one more is lost, orders wait`] : []),
    ...(frontsLost.length === 0 ? [] : [`lost: ${quoted(frontsLost.map(({ id }) => id))}`]),
    ...geocodersOut.map(({ name, state }) => `geocoder ${told(name, 64)}: ${told(state, 40)}`),
  ];
}

function facts({ members, front_end: door }: ClusterAnswer): string[] {
  const primary = members.find(({ address }) => address === door.primary_address);
  const inSync = members.filter((one) => one.in_sync).length;
  return [
    primary === undefined ? 'no primary' : `${told(primary.id, 64)} is primary`,
    `${inSync} of ${members.length} back ends in sync`,
  ];
}

/** Who may not see the back ends learns what the front end says of itself. */
async function clusterSeenBy(door: Door): Promise<ClusterAnswer | null> {
  try {
    return (await door.cluster()).value;
  } catch (error) {
    const hidden = error instanceof Failure && ['unauthorized', 'forbidden'].includes(error.code);
    if (hidden) return null;
    throw error;
  }
}

/** Nobody answering is an answer here. Throws a Failure for wrong usage and when it is stopped. */
export async function healthOf(door: Door): Promise<Health> {
  try {
    const { ready, failing } = await checksThatFail(door);
    const cluster = await clusterSeenBy(door);
    const found = cluster === null
      ? ['the back ends are shown to operators only: give the token with --token']
      : facts(cluster);
    const reasons = [...failing, ...(cluster === null ? [] : missing(cluster))];
    if (!ready) return { word: 'not ready', facts: found, reasons };
    return { word: reasons.length === 0 ? 'healthy' : 'degraded', facts: found, reasons };
  } catch (error) {
    const ends: readonly number[] = [exitCodes.unreachable, exitCodes.timeout];
    if (!(error instanceof Failure) || !ends.includes(error.exitCode)) throw error;
    const { what, causes = [], fixes = [] } = error.facts;
    return {
      word: 'not ready', facts: [],
      reasons: [what, ...causes, ...fixes.map((fix) => `fix: ${fix}`)].map((line) => told(line)),
    };
  }
}
