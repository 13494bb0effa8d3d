import type { Readable } from 'node:stream';
import { Command } from 'commander';
import type { CommonOptions } from '../../client/client-config.ts';
import { Failure, usageFailure } from '../../client/failure.ts';
import type { Surroundings } from '../own-command.ts';
import { connected, exampleHelp, operatorCommand } from './command.ts';
import type { Door } from './connection.ts';

/** `orderly rpc`: the JSON-RPC methods of a front end, from a prompt. */

const inputBytesMax = 1_048_576;

async function textOf(stdin: Readable & { isTTY?: boolean }): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stdin as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > inputBytesMax) throw usageFailure('The input is larger than 1 MiB.');
    pieces.push(piece);
  }
  return Buffer.concat(pieces).toString('utf8');
}

function parsed(text: string): unknown {
  const example = 'orderly rpc call order.list \'{"limit": 5}\'';
  let params: unknown;
  try {
    params = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw usageFailure('The params are not JSON.', [`write them like: ${example}`], [why]);
  }
  if (typeof params === 'object' && params !== null && !Array.isArray(params)) return params;
  throw usageFailure('The params are one JSON object, by name.', [`write them like: ${example}`]);
}

/** As the door says it, but whoever has mistyped a method is told where they are listed. */
async function called(door: Door, method: string, params: unknown): Promise<unknown> {
  try {
    return await door.call(method, params);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'unknown_method') throw error;
    const what = `There is no method ${method}.`;
    throw new Failure({ ...error.facts, what, fixes: ['`orderly rpc methods` lists them'] });
  }
}

async function call(
  { io, terminal }: Surroundings, options: CommonOptions,
  { method, json }: { method: string; json: string | undefined },
): Promise<void> {
  const params = json === undefined ? {} : parsed(json === '-' ? await textOf(io.stdin) : json);
  const { withDoor } = await import('./connection.ts');
  const result = await withDoor(io, options, (door) => called(door, method, params));
  if (options.json === true) return terminal.printJson(result);
  const { visibleJson } = await import('../../shared/runtime/visible-text.ts');
  terminal.print(visibleJson(JSON.stringify(result, null, 2)));
}

async function list(
  { io, terminal }: Surroundings, options: CommonOptions, name: string | undefined,
): Promise<void> {
  const { withDoor } = await import('./connection.ts');
  const { methodsIn, methodList, methodText } = await import('./rpc-methods.ts');
  const methods = methodsIn(await withDoor(io, options, (door) => door.call('rpc.discover', {})));
  if (name === undefined) {
    if (options.json === true) terminal.printJson(methods);
    else terminal.print(methodList(methods, terminal.screen));
    return;
  }
  const method = methods.find((one) => one.name === name);
  if (method === undefined) {
    throw usageFailure(`There is no method ${name}.`, ['`orderly rpc methods` lists them']);
  }
  if (options.json === true) terminal.printJson(method);
  else terminal.print(methodText(method, terminal.screen));
}

export function rpcCommand(at: Surroundings): Command {
  const rpc = operatorCommand('rpc', 'Call a method of the front end, or list them.')
    .addHelpText('after', exampleHelp(`
      orderly rpc methods
      orderly rpc methods order.get           what it takes
      orderly rpc call order.list '{"limit": 5}'`));
  const callCommand = connected(new Command('call').description('call a method'))
    .argument('<method>', 'like order.get; `orderly rpc methods` lists them')
    .argument('[params]', 'one JSON object, or - to read it from stdin')
    .addHelpText('after', exampleHelp(`
      orderly rpc call cluster.status
      orderly rpc call order.list '{"limit": 5}' --json
      echo '{"postcode": "DH1 3LE"}' | orderly rpc call geocode.lookup -`))
    .action((method: string, json: string | undefined, options: CommonOptions) =>
      call(at, options, { method, json }));
  const methods = connected(new Command('methods').description('list the methods'))
    .argument('[name]', 'tell all about this one')
    .addHelpText('after', exampleHelp(`
      orderly rpc methods
      orderly rpc methods order.create
      orderly rpc methods --json`))
    .action((name: string | undefined, options: CommonOptions) => list(at, options, name));
  rpc.addCommand(callCommand);
  rpc.addCommand(methods);
  return rpc;
}
