import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { silentLogger } from '../runtime/logger.ts';
import { beginTrace, currentTrace, traced } from '../runtime/trace.ts';
import type { Trace } from '../runtime/trace.ts';
import { RpcClient } from './client.ts';
import { implement, serveRpc } from './server.ts';
import type { RpcServer } from './server.ts';
import { methods, openRaw, secretOf } from './testing/echo-server.ts';

const afterwards: unknown[] = [];
const seen = new Map<string, Trace | undefined>();
let server: RpcServer;
let client: RpcClient;

beforeAll(async () => {
  server = await serveRpc({
    secret: secretOf('ours'), host: '127.0.0.1', port: 0, logger: silentLogger,
    methods: [implement(methods.echo, async (params) => {
      seen.set(params.text, currentTrace());
      await sleep(1);
      afterwards.push(currentTrace());
      return params;
    })],
  });
  const { address } = server;
  const identity = { class: 'frontend', id: 'f' } as const;
  client = new RpcClient({ secret: secretOf('ours'), identity, address });
});
afterAll(async () => {
  client.close();
  await server.close();
});

const call = (text: string) => client.call(methods.echo, { text }, { deadlineMs: 5_000 });

it('the trace of each call reaches the code that answers it, and no other call', async () => {
  const traces = ['a', 'b', 'c'].map((text) => ({
    text, trace: beginTrace(`0198c0de-0000-4000-8000-00000000000${text}`, undefined),
  }));
  // The first of them opens the connection that all share.
  await Promise.all(traces.map(({ text, trace }) => traced(trace, () => call(text))));
  await call('untraced');
  for (const { text, trace } of traces) expect(seen.get(text)).toEqual(trace);
  expect(seen.has('untraced')).toBe(true);
  expect(afterwards).toEqual([undefined, undefined, undefined, undefined]);
  expect(seen.get('untraced')).toBeUndefined();
});

it('a trace that is none costs a call nothing', async () => {
  const raw = await openRaw(server.port);
  for (const trace of [5, 'x', null, [], { parent: 5 }, { parent: 'x', request: 'y\n' }]) {
    raw.frame(JSON.stringify({
      jsonrpc: '2.0', id: 1, method: 'test.echo', params: { text: 'odd' }, trace,
    }));
    expect(await raw.answer()).toEqual({ jsonrpc: '2.0', id: 1, result: { text: 'odd' } });
    expect(seen.get('odd')).toBeUndefined();
  }
  raw.socket.destroy();
});
