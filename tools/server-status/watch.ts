import type { Prompts } from '../../client/prompts.ts';
import { stoppedFailure } from '../../client/failure.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import type { Cluster } from './cluster.ts';
import { LiveTable } from './live-table.ts';
import { snapshotJson } from './snapshot-json.ts';
import type { Snapshot } from './snapshot.ts';
import { statusView } from './view.ts';

export interface Watch {
  io: Io;
  cluster: Cluster;
  terminal: Terminal;
  /** null where nobody can be asked. */
  prompts: Prompts | null;
  yes: boolean;
  json: boolean;
  everyMs: number;
}

/** Where lines can not be written over: a table below the other, or a line of JSON each. */
async function blocks({ io, cluster, terminal, json, everyMs }: Watch): Promise<void> {
  let left = false;
  io.stdout.once('error', () => { left = true; });
  let snapshot: Snapshot | null = null;
  while (!left && !io.stop.aborted) {
    snapshot = await cluster.snapshot(snapshot);
    if (json) terminal.printJson({ at: io.clock.wallIso(), ...snapshotJson(snapshot) });
    else terminal.print(`${io.clock.wallIso()}\n${statusView(snapshot, terminal.screen, true)}\n`);
    await io.clock.sleep(everyMs, io.stop);
  }
  if (io.stop.aborted) throw stoppedFailure(io.stop.reason);
}

/** Shows the state again and again until the person has seen enough. Throws a Failure. */
export function watch(watching: Watch): Promise<void> {
  const { io, json } = watching;
  const live = io.stdout.isTTY === true && io.env['TERM'] !== 'dumb' && !json;
  return live ? new LiveTable(watching).run() : blocks(watching);
}
