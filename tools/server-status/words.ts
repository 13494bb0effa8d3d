import { stoppedFailure, usageFailure } from '../../client/failure.ts';
import { inquirerPrompts } from '../../client/inquirer-prompts.ts';
import type { Prompts } from '../../client/prompts.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { told } from '../../client/view/told.ts';
import { Cluster } from './cluster.ts';
import { readStatusConfig, type StatusOptions } from './config.ts';
import { runStatusMenu } from './menu.ts';
import { memberJson, snapshotJson } from './snapshot-json.ts';
import { findBackEnd, switchBackEnd, tooFewUp, type Wish } from './switch.ts';
import { statePainted, statusView } from './view.ts';

/** What the user asked for: a list, one switch, or the menu. */
export type Order =
  | { kind: 'list' }
  | { kind: 'switch'; wish: Wish; name: string }
  | { kind: 'menu' };

interface Run {
  cluster: Cluster;
  terminal: Terminal;
  prompts: Prompts | null;
  options: StatusOptions;
}

async function list({ cluster, terminal, options }: Run): Promise<void> {
  const snapshot = await cluster.snapshot();
  if (options.json === true) terminal.printJson(snapshotJson(snapshot));
  else terminal.print(statusView(snapshot, terminal.screen));
}

async function flip(run: Run, wish: Wish, name: string): Promise<void> {
  const { cluster, terminal, options, prompts } = run;
  const snapshot = await cluster.snapshot();
  const backEnd = findBackEnd(snapshot, name);
  const after = await switchBackEnd(
    cluster, { snapshot, backEnd }, { wish, yes: options.yes === true, prompts },
  );
  if (after === null) {
    terminal.say('Nothing was switched.');
    return;
  }
  if (options.json === true) {
    terminal.printJson(memberJson(snapshot, after));
    return;
  }
  terminal.print(`${told(backEnd.id, 64)}: ${statePainted(after, terminal.screen.paint)}.`);
  const warning = tooFewUp(snapshot, after);
  if (warning !== null) terminal.say(`${terminal.talkPaint.yellow('warning:')} ${warning}`);
}

async function carryOut(run: Run, order: Order): Promise<void> {
  switch (order.kind) {
    case 'list':
      return list(run);
    case 'switch':
      return flip(run, order.wish, order.name);
    case 'menu': {
      const { cluster, terminal, prompts, options } = run;
      if (prompts !== null) {
        return runStatusMenu({ cluster, terminal, prompts, yes: options.yes === true });
      }
      throw usageFailure('The menu needs a terminal.', ['say list, down ID, up ID or toggle ID']);
    }
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
    await untilStopped(carryOut({ cluster, terminal, prompts, options }, order), io.stop);
    await terminal.flush();
  } finally {
    await cluster.close();
  }
}
