import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { readClientConfig, type CommonOptions } from '../../client/client-config.ts';
import type { Io } from '../../client/terminal.ts';
import { nodesAnswer } from '../node/nodes-answer.ts';
import type { Candidate } from './completion.ts';
import { Door, readConnection } from './connection.ts';
import { methodsIn } from './rpc-methods.ts';

/** Ids that only the system knows. Asked at most every few seconds: a person types faster. */

export type IdKind = 'orders' | 'nodes' | 'programs' | 'shops' | 'methods';

const keptMs = 5_000;
const askSeconds = '1';
const idsMax = 50;
const fileName = 'completion.json';

/** Which argument or option is such an id. */
export const idKinds = {
  argument([command, below]: readonly string[], name: string): IdKind | null {
    if (command === 'rpc') return below === 'call' || name === 'name' ? 'methods' : null;
    if (command === 'client' && /^id\b/.test(name)) return 'orders';
    // Also those that do not run: it is they that are started.
    if (command === 'node' && /^(start|stop|kill)$/.test(below ?? '')) return 'programs';
    return (command === 'server-status' || command === 'node') && name === 'id' ? 'nodes' : null;
  },
  option: (name: string): IdKind | null => (name === 'shop' ? 'shops' : null),
};

/** No id of ours has another form; what a server says goes into a command line. */
const idForm = /^[\w.@+-]{1,64}$/;

const text = z.string();
const orders = z.object({ data: z.array(z.object({ number: text, status: text })) });
const shops = z.object({ data: z.array(z.object({ id: text, name: text.default('') })) });

const asking: Readonly<Record<IdKind, (door: Door) => Promise<Candidate[]>>> = {
  async orders(door) {
    const { data } = orders.parse(await door.get(`/v1/orders?limit=${idsMax}`));
    return data.map(({ number, status }) => ({ value: number, about: status }));
  },
  async nodes(door) {
    const { value } = await door.cluster();
    return value.members.map(({ id, role, state }) =>
      ({ value: id, about: `${role}, ${state}` }));
  },
  async programs(door) {
    const { data } = nodesAnswer.parse(await door.call('node.list', {}));
    return data.map(({ id, process }) => ({ value: id, about: process ?? 'not seen' }));
  },
  async shops(door) {
    const { data } = shops.parse(await door.get('/v1/shops'));
    return data.map(({ id, name }) => ({ value: id, about: name }));
  },
  async methods(door) {
    const methods = methodsIn(await door.call('rpc.discover', {}));
    return methods.map(({ name, summary }) => ({ value: name, about: summary }));
  },
};

const keptSchema = z.object({
  kind: text, url: text, token: text.nullable(), atMs: z.number(),
  ids: z.array(z.object({ value: text, about: text })),
});
type Kept = z.infer<typeof keptSchema>;

function readKept(path: string): Kept | null {
  try {
    return keptSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch {
    // Missing or damaged: asked anew.
    return null;
  }
}

function keep(path: string, kept: Kept): void {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, JSON.stringify(kept), { mode: 0o600, flag: 'wx' });
    renameSync(draft, path);
  } catch {
    // A folder that is missing or read-only costs the memory, not the completion.
    rmSync(draft, { force: true });
  }
}

/** Throws a Failure when nobody answers within a second. */
export async function idsOf(
  kind: IdKind, options: CommonOptions, io: Io,
): Promise<Candidate[]> {
  const read = kind === 'orders' || kind === 'shops' ? readClientConfig : readConnection;
  const config = await read({ ...options, timeout: askSeconds }, io);
  const { url } = config;
  const path = join(io.home, fileName);
  const kept = readKept(path);
  const ageMs = io.clock.wallMs() - (kept?.atMs ?? 0);
  const source = config.tokenFrom;
  if (kept !== null && kept.kind === kind && kept.url === url && kept.token === source
    && ageMs >= 0 && ageMs < keptMs) return kept.ids;
  const door = new Door(config, io);
  try {
    const asked = await asking[kind](door);
    const ids = asked.filter(({ value }) => idForm.test(value)).slice(0, idsMax * 2);
    keep(path, { kind, url, token: source, atMs: io.clock.wallMs(), ids });
    return ids;
  } finally {
    await door.close();
  }
}
