import { join } from 'node:path';
import { exitCodes, Failure } from '../../client/failure.ts';
import type { Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { mergeClaims, planRebuild } from '../../nameserver/rebuild-plan.ts';
import type { RebuildRefusal, RebuiltGroup, ViewClaim } from '../../nameserver/rebuild-plan.ts';
import { claimsOfViews, writeViews } from '../../nameserver/rebuilt-views.ts';
import type { ClusterSecret } from '../../shared/rpc/secret.ts';
import { isSealed, sealView } from '../../shared/rpc/view-seal.ts';
import { openDataFolder } from '../../shared/runtime/data-folder.ts';
import { onDisk } from '../backup/disk.ts';
import { operatorSecret } from '../server-status/cluster.ts';
import type { StatusConfig } from '../server-status/config.ts';
import { askBackEnd, askMember, readStore } from './collect.ts';

export interface RebuildWish {
  /** Addresses of running back ends. */
  backEnds: string[];
  /** Folders of back ends that do not run. */
  folders: string[];
  /** The name server's folder. */
  data: string;
  force: boolean;
  json: boolean;
  config: StatusConfig;
}

const failureFrom = ({ what, causes, fixes }: RebuildRefusal): Failure =>
  new Failure({ code: 'refused', exitCode: exitCodes.conflict, what, causes, fixes });

/** Everybody who was named, and the members that their views name. */
async function collect(wish: RebuildWish, secret: ClusterSecret): Promise<ViewClaim[]> {
  const named = [
    ...await Promise.all(wish.backEnds.map((address) => askBackEnd(secret, address))),
    ...wish.folders.map(readStore),
  ];
  const heard = new Set(named.map(({ storeId }) => storeId));
  const members = new Map(named.flatMap(({ view }) => Object.entries(view?.addresses ?? {})));
  const others = await Promise.all([...members]
    .filter(([storeId]) => !heard.has(storeId))
    .map(([storeId, address]) => askMember(secret, storeId, address)));
  return [...named, ...others.filter((claim) => claim !== null)];
}

async function write(wish: RebuildWish, secret: ClusterSecret): Promise<{
  clusterId: string; groups: RebuiltGroup[]; claims: ViewClaim[]; aside: string | null;
}> {
  const stores = await collect(wish, secret);
  const old = claimsOfViews(wish.data);
  const claims = mergeClaims([...stores, ...old.claims]);
  const plan = planRebuild(claims, {
    isSealed: (view) => isSealed(secret, view),
    seal: (view) => sealView(secret, view),
    force: wish.force,
  });
  if (!plan.ok) throw failureFrom(plan.refusal);
  const aside = writeViews(wish.data, plan.clusterId, plan.groups.map(({ found, next }) => ({
    views: [found, next], burned: old.burned.get(found.group) ?? [],
  })));
  return { ...plan, claims, aside };
}

/** Writes the views of a lost name server anew and says what was done. Throws a Failure. */
export async function rebuild(wish: RebuildWish, terminal: Terminal): Promise<void> {
  const secret = operatorSecret(wish.config);
  const done = await onDisk(wish.data, 'used', async () => {
    // Held to the end: a name server that runs in this folder is not written under.
    const folder = openDataFolder(wish.data);
    try {
      return await write(wish, secret);
    } finally {
      folder.release();
    }
  });
  const { clusterId, groups, claims, aside } = done;
  if (wish.json) {
    terminal.printJson({
      data: wish.data, cluster_id: clusterId, replaced: aside,
      stores: claims.map(({ source, storeId, view }) =>
        ({ source, store_id: storeId, view_number: view?.viewNumber ?? 0 })),
      groups: groups.map(({ found, next, missing }) => ({
        group: next.group, found_view: found.viewNumber, view_number: next.viewNumber,
        epoch: next.epoch, primary: next.primary, in_sync: next.inSync, missing,
      })),
    });
    return;
  }
  for (const { source, view } of claims) {
    terminal.say(`heard: ${told(source, 200)}, view ${view?.viewNumber ?? 'none'}`);
  }
  for (const { found, next, missing } of groups) {
    terminal.print(`group ${told(next.group, 64)}: view ${found.viewNumber} was the last one, `
      + `it goes on with ${next.viewNumber}`
      + (missing.length > 0 ? ` in a new epoch; not heard: ${missing.join(', ')}` : ''));
  }
  if (aside !== null) terminal.print(`what was in the folder is now in ${told(aside, 200)}`);
  terminal.print(`${told(join(wish.data, 'views.db'), 300)} is written
  next     make sure that the old name server does not run any more
           start the name server at its old address; back ends and front ends go on by themselves`);
}
