import { exitCodes, Failure, usageFailure } from '../../client/failure.ts';
import type { Prompts } from '../../client/prompts.ts';
import { told } from '../../client/view/told.ts';
import type { Cluster } from './cluster.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { isUp } from './standing.ts';

export type Wish = 'down' | 'up' | 'toggle';

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
export const isLastUp = ({ backEnds }: Snapshot, one: BackEnd): boolean =>
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
  wish: Wish;
  /** The person has agreed in advance. */
  yes: boolean;
  /** null where nobody can be asked. */
  prompts: Prompts | null;
}

async function agreed({ yes, prompts }: Asked, { id }: BackEnd): Promise<boolean> {
  if (yes) return true;
  const what = `${told(id, 64)} is the last back end that is up; without it no order is taken.`;
  if (prompts === null) throw usageFailure(what, ['add --yes to switch it down all the same']);
  return prompts.confirm({ message: `${what} Switch it down?`, initial: false });
}

/** Switches it, after asking where that is needed; null when the person does not want it. */
export async function switchBackEnd(
  cluster: Cluster, { snapshot, backEnd }: { snapshot: Snapshot; backEnd: BackEnd }, asked: Asked,
): Promise<BackEnd | null> {
  const down = asked.wish === 'toggle' ? isUp(backEnd) : asked.wish === 'down';
  if (down && isLastUp(snapshot, backEnd) && !await agreed(asked, backEnd)) return null;
  return { ...backEnd, status: await cluster.setDown(backEnd, down) };
}
