import type { View } from '../shared/contract/view.ts';
import { must } from '../shared/runtime/assert.ts';
import type { Seal } from './view-rules.ts';

/**
 * A name server whose disk was lost gets its views back from the stores (PROTOCOL H20). Who has
 * heard every member of the in-sync set of the newest view knows that no later one has taken
 * effect: the primary of a later view would be one of them, and has its view on disk before it
 * acts on it.
 */

/** What one store, or one file of views, knows. */
export interface ViewClaim {
  /** For people: where it was read. */
  source: string;
  clusterId: string | null;
  /** null for a file of views, which is not a store. */
  storeId: string | null;
  boot: number;
  lastEpoch: number;
  lastLsn: number;
  /** Where the store was asked; null when its folder was read. */
  address: string | null;
  view: View | null;
}

/** Why nothing is written. `forcible`: an operator may decide otherwise. */
export interface RebuildRefusal {
  what: string;
  causes: string[];
  fixes: string[];
  forcible: boolean;
}

export interface RebuiltGroup {
  /** The newest view that was found, and the one that follows it now. */
  found: View;
  next: View;
  /** Members of the in-sync set that were not heard; empty unless forced. */
  missing: string[];
}

/**
 * Numbers left out before the next view. The lost name server may have given some to views that
 * nobody here has seen; two documents under one number would stop the stores that hold them.
 */
const numberGap = 1000;

export type RebuildPlan =
  | { ok: true; clusterId: string; groups: RebuiltGroup[] }
  | { ok: false; refusal: RebuildRefusal };

interface Means {
  isSealed: (view: View) => boolean;
  seal: Seal;
  force: boolean;
}

class Refused extends Error {
  readonly refusal: RebuildRefusal;

  constructor(refusal: RebuildRefusal) {
    super(refusal.what);
    this.refusal = refusal;
  }
}

const refuse = (what: string, causes: string[], fixes: string[]): Refused =>
  new Refused({ what, causes, fixes, forcible: false });

/** What to write, or why not. Pure. */
export function planRebuild(claims: readonly ViewClaim[], means: Means): RebuildPlan {
  try {
    const clusterId = clusterOf(claims);
    const groups = new Set(claims.flatMap(({ view }) => view?.group ?? []));
    for (const claim of claims) checkSeal(claim, means);
    return {
      ok: true,
      clusterId,
      groups: [...groups].map((group) =>
        planGroup(claims.filter(({ view }) => view?.group === group), means)),
    };
  } catch (error) {
    if (error instanceof Refused) return { ok: false, refusal: error.refusal };
    throw error;
  }
}

function clusterOf(claims: readonly ViewClaim[]): string {
  const sources = new Map<string, string[]>();
  for (const { clusterId, view, source } of claims) {
    if (clusterId === null || view === null) continue;
    sources.set(clusterId, [...sources.get(clusterId) ?? [], source]);
  }
  const [first, ...others] = sources.keys();
  if (first === undefined) {
    throw refuse('No store that was asked knows a view.', claims.map(({ source }) => source), [
      'name the back ends that hold the orders; blank ones know nothing',
    ]);
  }
  if (others.length === 0) return first;
  throw refuse(
    'These are stores of different clusters.',
    [...sources].map(([id, from]) => `cluster ${id}: ${from.join(', ')}`),
    ['name the stores of one cluster only, or move the folder of the wrong one away'],
  );
}

function checkSeal({ view, clusterId, source }: ViewClaim, { isSealed }: Means): void {
  if (view === null || (view.clusterId === clusterId && isSealed(view))) return;
  throw refuse(`The seal on view ${view.viewNumber} is not that of this cluster's key.`, [source], [
    'use the cluster.key of a machine of this cluster (--home, or ORDERLY_CLUSTER_SECRET)',
  ]);
}

function planGroup(claims: readonly ViewClaim[], { seal, force }: Means): RebuiltGroup {
  const byNumber = new Map<number, { view: View; source: string }>();
  for (const { view, source } of claims) {
    if (view === null) continue;
    const other = byNumber.get(view.viewNumber);
    if (other !== undefined && other.view.docHash !== view.docHash) {
      throw refuse(
        `Two different views of group ${view.group} carry number ${view.viewNumber}.`,
        [`${other.source}: ${other.view.reason}`, `${source}: ${view.reason}`],
        ['two name servers were at work: keep the stores of one of them, and restore or refill'
          + ' the others'],
      );
    }
    byNumber.set(view.viewNumber, { view, source });
  }
  const highest = Math.max(...byNumber.keys());
  const found = must(byNumber.get(highest), 'a group was named by a view').view;
  const heard = new Set(claims.flatMap(({ storeId }) => storeId ?? []));
  const missing = found.inSync.filter((storeId) => !heard.has(storeId));
  if (missing.length > 0 && !force) throw notAllHeard(found, missing);
  const next = missing.length === 0
    ? { ...unsealed(found), reason: 'the name server was rebuilt' }
    : { ...unsealed(found), ...forcedLead(found, claims) };
  return { found, missing, next: seal(numbered(next, claims)) };
}

const unsealed = (view: View): Omit<View, 'docHash' | 'seal'> => {
  const { docHash: _docHash, seal: _seal, ...rest } = view;
  return rest;
};

type Unsealed = ReturnType<typeof unsealed>;

/** An epoch of 0 stands for a new one: it is the number of the view that starts it. */
function numbered(view: Unsealed, claims: readonly ViewClaim[]): Unsealed {
  const viewNumber = view.viewNumber + numberGap;
  const addresses = { ...view.addresses };
  for (const { storeId, address } of claims) {
    if (storeId !== null && address !== null && view.inSync.includes(storeId)) {
      addresses[storeId] = address;
    }
  }
  return { ...view, viewNumber, addresses, epoch: view.epoch === 0 ? viewNumber : view.epoch };
}

const notAllHeard = (found: View, missing: readonly string[]): Refused =>
  new Refused({
    what: `${missing.length} of the ${found.inSync.length} stores that were in sync in view `
      + `${found.viewNumber} of group ${found.group} were not heard.`,
    causes: [
      ...missing.map((storeId) =>
        `store ${storeId}, last at ${found.addresses[storeId] ?? 'an unknown address'}`),
      'one of them may know a later view, and orders that the others do not have',
    ],
    fixes: [
      'start them, or name their folders with --from-data DIR',
      'if they are lost for ever: --force goes on without them. Orders that only they have are'
        + ' lost then',
    ],
    forcible: true,
  });

/**
 * A store that was not heard may lead a later epoch. A new epoch above all that it can know keeps
 * its log apart from what is written from here on.
 */
function forcedLead(
  found: View, claims: readonly ViewClaim[],
): Pick<Unsealed, 'epoch' | 'primary' | 'primaryBoot' | 'reason'> {
  const [longest] = claims
    .filter(({ storeId }) => storeId !== null && found.inSync.includes(storeId))
    .toSorted((a, b) => b.lastEpoch - a.lastEpoch || b.lastLsn - a.lastLsn
      || Number(b.storeId === found.primary) - Number(a.storeId === found.primary));
  if (longest === undefined || longest.storeId === null) {
    throw refuse(
      `No store that was in sync in view ${found.viewNumber} of group ${found.group} was heard.`,
      ['the others may lack any number of orders'],
      ['find one of them, or restore a backup with `orderly restore`'],
    );
  }
  return {
    epoch: 0,
    primary: longest.storeId,
    primaryBoot: longest.boot,
    reason: 'the name server was rebuilt by force',
  };
}

/** Of a store that was found twice the later word counts. */
export function mergeClaims(claims: readonly ViewClaim[]): ViewClaim[] {
  const best = new Map<string, ViewClaim>();
  for (const claim of claims) {
    const key = claim.storeId ?? claim.source;
    const other = best.get(key);
    const later = (claim.view?.viewNumber ?? 0) - (other?.view?.viewNumber ?? 0)
      || claim.boot - (other?.boot ?? 0);
    if (other === undefined || later > 0) best.set(key, claim);
  }
  return [...best.values()];
}
