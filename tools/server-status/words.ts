import { exitCodes, Failure, stoppedFailure, usageFailure } from '../../client/failure.ts';
import { inquirerPrompts } from '../../client/inquirer-prompts.ts';
import type { Prompts } from '../../client/prompts.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { Cluster } from './cluster.ts';
import { readStatusConfig, readSeconds, type StatusOptions } from './config.ts';
import { carryOut, findBackEnd, tooFewUp, untilStatus, type Deed } from './deeds.ts';
import { runStatusMenu } from './menu.ts';
import type { BackEnd } from './snapshot.ts';
import { memberJson, snapshotJson } from './snapshot-json.ts';
import { roleOf } from './standing.ts';
import { statePainted, statusView } from './view.ts';
import { watch } from './watch.ts';

/** What the user asked for: a list, one that is kept up to date, one deed, or the menu. */
export type Order =
  | { kind: 'list' }
  | { kind: 'watch' }
  | { kind: 'deed'; deed: Deed; name: string }
  | { kind: 'menu' };

interface Run {
  io: Io;
  cluster: Cluster;
  terminal: Terminal;
  prompts: Prompts | null;
  options: StatusOptions;
}

async function list({ io, cluster, terminal, options }: Run): Promise<void> {
  const snapshot = await cluster.snapshot();
  if (options.json === true) terminal.printJson(snapshotJson(snapshot));
  else terminal.print(statusView(snapshot, terminal.screen, io.stdout.isTTY !== true));
}

/** Waits until another leads. Throws a Failure with exit code 4 when none does in time. */
async function untilDrained(run: Run, backEnd: BackEnd): Promise<BackEnd> {
  const { cluster, io: { clock }, options } = run;
  const withinMs = readSeconds('--within', options.within ?? '30');
  const after = await untilStatus(cluster, backEnd, {
    clock, withinMs, is: (status) => status?.role !== 'primary',
  });
  if (after.status?.role !== 'primary') return after;
  throw new Failure({
    code: 'degraded', exitCode: exitCodes.degraded,
    what: `${told(backEnd.id, 64)} drains, but still leads after ${withinMs / 1_000} s.`,
    causes: ['no other back end is in sync and does not drain itself'],
    fixes: ['start another one, or give it more time with --within SECONDS'],
  });
}

async function act(run: Run, deed: Deed, name: string): Promise<void> {
  const { io, cluster, terminal, options, prompts } = run;
  const snapshot = await cluster.snapshot();
  const backEnd = findBackEnd(snapshot, name);
  const asked = { deed, yes: options.yes === true, prompts, clock: io.clock };
  const done = await carryOut(cluster, { snapshot, backEnd }, asked);
  if (done === null) {
    terminal.say('Nothing was switched.');
    return;
  }
  const after = deed === 'drain' && options.wait === true ? await untilDrained(run, done) : done;
  if (options.json === true) {
    terminal.printJson(memberJson(snapshot, after));
    return;
  }
  const role = deed === 'promote' || deed === 'drain' ? roleOf(after) : null;
  const standing = [statePainted(after, terminal.screen.paint), ...(role === null ? [] : [role])];
  terminal.print(`${told(backEnd.id, 64)}: ${standing.join(', ')}.`);
  const warning = tooFewUp(snapshot, after);
  if (warning !== null) terminal.say(`${terminal.talkPaint.yellow('warning:')} ${warning}`);
}

async function fulfil(run: Run, order: Order): Promise<void> {
  const { io, cluster, terminal, prompts, options } = run;
  const yes = options.yes === true;
  switch (order.kind) {
    case 'list':
      return list(run);
    case 'watch':
      return watch({
        io, cluster, terminal, prompts, yes, json: options.json === true,
        everyMs: readSeconds('--interval', options.interval ?? '1'),
      });
    case 'deed':
      return act(run, order.deed, order.name);
    case 'menu':
      if (prompts !== null) {
        return runStatusMenu({ cluster, terminal, prompts, clock: io.clock, yes });
      }
      throw usageFailure('The menu needs a terminal.', [
        'say list, down ID, up ID, toggle ID, drain ID, resume ID or promote ID',
      ]);
  }
}

/** The work, or the user's wish to stop, whichever comes first. */
function untilStopped(work: Promise<void>, stop: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    work.then(resolve, reject);
    const onStop = (): void => { reject(stoppedFailure(stop.reason)); };
    if (stop.aborted) onStop();
    stop.addEventListener('abort', onStop, { once: true });
  });
}

/** Carries the order out. Throws a Failure, or PromptEnded when the person leaves. */
export async function runOrder(
  io: Io, terminal: Terminal, { order, options }: { order: Order; options: StatusOptions },
): Promise<void> {
  const config = readStatusConfig(options, io);
  const silent = options.json === true || !terminal.canAsk;
  const prompts = silent ? null : io.prompts ?? inquirerPrompts(io);
  const cluster = new Cluster(config, io.clock);
  try {
    const work = fulfil({ io, cluster, terminal, prompts, options }, order);
    // Who watches has to leave the terminal as it was before anything else is said.
    await (order.kind === 'watch' ? work : untilStopped(work, io.stop));
    await terminal.flush();
  } finally {
    await cluster.close();
  }
}
