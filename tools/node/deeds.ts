import { z } from 'zod';
import type { CommonOptions } from '../../client/client-config.ts';
import { exitCodes, Failure, stoppedFailure, usageFailure } from '../../client/failure.ts';
import { inquirerPrompts } from '../../client/inquirer-prompts.ts';
import { read } from '../../client/verdict.ts';
import { told } from '../../client/view/told.ts';
import { withDoor } from '../operator/connection.ts';
import type { Door } from '../operator/connection.ts';
import type { Surroundings } from '../own-command.ts';
import { readSeconds } from '../server-status/config.ts';
import { nodesAnswer, type Node, type Nodes } from './nodes-answer.ts';
import { nodeTable, standing } from './view.ts';

/** What the commands of `orderly node` do; each asks the front end. */

export type Verb = 'start' | 'stop' | 'kill' | 'drain' | 'resume' | 'promote';

export interface NodeOptions extends CommonOptions {
  wait?: boolean;
  /** Seconds. */
  within: string;
  yes?: boolean;
}

/** The launcher answers within 4 s, the front end waits for it a little longer. */
const answerSeconds = '15';
const lookEveryMs = 200;

/** The result of a method, as it is read here. Throws a Failure. */
async function ask<T>(
  door: Door, schema: z.ZodType<T>, [method, params]: [string, Record<string, string>],
): Promise<T> {
  const body = await door.call(method, params);
  return read(
    schema, { kind: 'answer', status: 200, retryAfterMs: null, replayed: false, body }, null);
}

const nodesAt = (door: Door): Promise<Nodes> => ask(door, nodesAnswer, ['node.list', {}]);

const serves = ({ kind, process, role, state }: Node): boolean => (kind === 'backend'
  ? ['in sync', 'serving', 'draining'].includes(state ?? '') && role !== 'failed'
  : process === 'running');

/** Whether what was asked for is so, for whoever waits. */
const isDone: Readonly<Record<Verb | 'add', (node: Node) => boolean>> = {
  add: serves,
  start: serves,
  kill: serves,
  stop: ({ process }) => process === 'stopped',
  drain: ({ role }) => role !== 'primary',
  resume: ({ state }) => state !== 'draining',
  promote: ({ role, state }) => role === 'primary' && state === 'serving',
};

const lives = ({ process, state }: Node): boolean =>
  (process === null ? state !== 'failed' : process === 'running');

/** Asks before no order can be taken any more; false when the person does not want that. */
async function agreed(
  { io, terminal }: Surroundings, { yes, json }: NodeOptions,
  { nodes, id }: { nodes: Nodes; id: string },
): Promise<boolean> {
  const living = nodes.data.filter((node) => node.kind === 'backend' && lives(node));
  if (yes === true || living.length !== 1 || living[0]?.id !== id) return true;
  const what = `${told(id, 64)} is the last back end that runs; without it no order is taken.`;
  if (json === true || !terminal.canAsk) {
    throw usageFailure(what, ['add --yes to end it all the same']);
  }
  const prompts = io.prompts ?? inquirerPrompts(io);
  return prompts.confirm({ message: `${what} End it?`, initial: false });
}

function named(nodes: Nodes, id: string): Node {
  const found = nodes.data.find((node) => node.id === id);
  if (found !== undefined) return found;
  return { id, kind: 'backend', address: null, process: null, pid: null, starts: null,
    role: null, state: null };
}

/** The node once it is as wished. Throws a Failure with exit code 4 when that takes long. */
async function untilDone(
  { io }: Surroundings, door: Door, wish: { verb: Verb | 'add'; id: string; withinMs: number },
): Promise<Node> {
  const { verb, id, withinMs } = wish;
  const untilMs = io.clock.nowMs() + withinMs;
  for (;;) {
    const node = named(await nodesAt(door), id);
    if (isDone[verb](node)) return node;
    if (io.stop.aborted) throw stoppedFailure(io.stop.reason);
    if (io.clock.nowMs() > untilMs) {
      throw new Failure({
        code: 'degraded', exitCode: exitCodes.degraded,
        what: `${told(id, 64)} is not as wished after ${withinMs / 1_000} s: ${standing(node)}.`,
        fixes: ['see `orderly node list`, or give it more time with --within SECONDS'],
      });
    }
    await io.clock.sleep(lookEveryMs, io.stop);
  }
}

async function tell(
  at: Surroundings, door: Door, { options, verb, id }:
  { options: NodeOptions; verb: Verb | 'add'; id: string },
): Promise<void> {
  const withinMs = readSeconds('--within', options.within);
  const node = options.wait === true
    ? await untilDone(at, door, { verb, id, withinMs }) : named(await nodesAt(door), id);
  if (options.json === true) at.terminal.printJson(node);
  else at.terminal.print(`${told(id, 64)}: ${standing(node)}.`);
}

const patient = <T extends CommonOptions>(options: T): T =>
  ({ timeout: answerSeconds, ...options });

export async function list(at: Surroundings, options: CommonOptions): Promise<void> {
  const nodes = await withDoor(at.io, options, nodesAt);
  if (options.json === true) at.terminal.printJson(nodes);
  else {
    const { terminal: { screen }, io: { stdout } } = at;
    at.terminal.print(nodeTable(nodes, screen, stdout.isTTY !== true));
  }
}

/** Names are those of programs here, whatever else is not found elsewhere. */
function orUnknown(error: unknown): never {
  if (!(error instanceof Failure) || error.code !== 'not_found') throw error;
  throw new Failure({ ...error.facts, fixes: ['`orderly node list` shows the names'] });
}

const idOnly = z.object({ id: z.string() });

export async function add(at: Surroundings, options: NodeOptions): Promise<void> {
  await withDoor(at.io, patient(options), async (door) => {
    const { id } = await ask(door, idOnly, ['node.add', {}]);
    await tell(at, door, { options, verb: 'add', id });
  });
}

export async function change(
  at: Surroundings, options: NodeOptions, { verb, id: node }: { verb: Verb; id: string },
): Promise<void> {
  await withDoor(at.io, patient(options), async (door) => {
    const ends = verb === 'stop' || verb === 'kill';
    if (ends && !await agreed(at, options, { nodes: await nodesAt(door), id: node })) {
      at.terminal.say('Nothing was ended.');
      return;
    }
    const { id } = await ask(door, idOnly, [`node.${verb}`, { node }]).catch(orUnknown);
    await tell(at, door, { options, verb, id });
  });
}
