import { exitCodes, Failure, usageFailure } from '../../client/failure.ts';
import type { Prompts } from '../../client/prompts.ts';
import { told } from '../../client/view/told.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Cluster } from './cluster.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { isUp } from './standing.ts';

/** What can be done to a back end. */
export const deeds = ['down', 'up', 'toggle', 'drain', 'resume', 'promote'] as const;
export type Deed = (typeof deeds)[number];

/** A successor serves a few milliseconds after it was named; a busy machine takes longer. */
const takeOverMs = 3_000;
const lookEveryMs = 50;

/** The back end with this name or store id. Throws a Failure when there is none or several. */
export function findBackEnd(snapshot: Snapshot, name: string): BackEnd {
  const found = snapshot.backEnds.filter(({ id, storeId }) => id === name || storeId === name);
  const [first, ...more] = found;
  if (first === undefined) {
    const names = snapshot.backEnds.map(({ id }) => id).join(', ');
    throw new Failure({
      code: 'not_found',
      exitCode: exitCodes.notFound,
      what: `There is no back end ${told(name, 64)}.`,
      fixes: [names === '' ? 'no back ends are registered' : `name one of: ${names}`],
    });
  }
  if (more.length === 0) return first;
  throw usageFailure(
    `Several back ends are called ${name}.`, ['name one by its store id'],
    found.map(({ storeId, address }) => `${storeId} at ${address}`),
  );
}

/** True for the last one that can take orders: without it the system stands still. */
const isLastUp = ({ backEnds }: Snapshot, one: BackEnd): boolean =>
  isUp(one) && backEnds.filter(isUp).length === 1;

/** A warning when too few are up now for the group to commit, or null. */
export function tooFewUp(snapshot: Snapshot, after: BackEnd): string | null {
  const { view, backEnds } = snapshot;
  const left = backEnds.filter(isUp).filter(({ storeId }) => storeId !== after.storeId).length;
  if (view === null || isUp(after) || left >= view.minInSync) return null;
  return `${left} of at least ${view.minInSync} back ends are up: `
    + 'no order is taken until more are.';
}

interface Asked {
  deed: Deed;
  /** The person has agreed in advance. */
  yes: boolean;
  /** null where nobody can be asked. */
  prompts: Prompts | null;
  clock: Clock;
}

async function agreed({ yes, prompts }: Asked, { id }: BackEnd): Promise<boolean> {
  if (yes) return true;
  const what = `${told(id, 64)} is the last back end that is up; without it no order is taken.`;
  if (prompts === null) throw usageFailure(what, ['add --yes to switch it down all the same']);
  return prompts.confirm({ message: `${what} Switch it down?`, initial: false });
}

/** Resolves with its status once that is as wished, or with the last one when the time is over. */
export async function untilStatus(
  cluster: Cluster, backEnd: BackEnd,
  wish: { clock: Clock; withinMs: number; is: (status: BackEnd['status']) => boolean },
): Promise<BackEnd> {
  const untilMs = wish.clock.nowMs() + wish.withinMs;
  for (;;) {
    const status = await cluster.statusOf(backEnd);
    if (wish.is(status) || wish.clock.nowMs() > untilMs) return { ...backEnd, status };
    await wish.clock.sleep(lookEveryMs);
  }
}

async function promote(
  cluster: Cluster, { snapshot, backEnd }: { snapshot: Snapshot; backEnd: BackEnd }, clock: Clock,
): Promise<BackEnd> {
  const { view, backEnds } = snapshot;
  const leads = view?.primary === backEnd.storeId && backEnd.status?.role === 'primary';
  if (leads && isUp(backEnd)) return backEnd;
  const primary = backEnds.find(({ storeId }) => storeId === view?.primary);
  if (primary === undefined || !isUp(primary)) {
    throw new Failure({
      code: 'unavailable', exitCode: exitCodes.unreachable,
      what: 'No primary is there that could hand over.',
      fixes: ['wait until one leads: `orderly server-status list`'],
    });
  }
  await cluster.promote(primary, backEnd);
  return untilStatus(cluster, backEnd, {
    clock, withinMs: takeOverMs,
    is: (status) => status?.role === 'primary' && status.state !== 'activating',
  });
}

/** Does it, after asking where that is needed; null when the person does not want it. */
export async function carryOut(
  cluster: Cluster, subject: { snapshot: Snapshot; backEnd: BackEnd }, asked: Asked,
): Promise<BackEnd | null> {
  const { snapshot, backEnd } = subject;
  const { deed } = asked;
  if (deed === 'promote') return promote(cluster, subject, asked.clock);
  if (deed === 'drain' || deed === 'resume') {
    return { ...backEnd, status: await cluster.setDraining(backEnd, deed === 'drain') };
  }
  const down = deed === 'toggle' ? isUp(backEnd) : deed === 'down';
  if (down && isLastUp(snapshot, backEnd) && !await agreed(asked, backEnd)) return null;
  return { ...backEnd, status: await cluster.setDown(backEnd, down) };
}
