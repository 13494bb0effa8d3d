import type { ClusterStatus } from '../../shared/contract/frontend.ts';
import type { Condition } from './condition.ts';
import { breakerWord, conditionOf, sayingOf } from './condition.ts';

/** What is in the picture: the programs of the cluster and what flows between them. */

export type NodeKind = 'frontend' | 'nameserver' | 'backend' | 'geocoder' | 'service';

export interface TopologyNode {
  /** The same from look to look, whatever its state; unique in the picture. */
  key: string;
  kind: NodeKind;
  name: string;
  condition: Condition;
  /** The state in a word or two, under the name. */
  word: string;
}

/** orders: requests on their way to the primary. replication: from it to the others. */
export type LinkKind = 'orders' | 'replication' | 'names' | 'geocoding';

export interface TopologyLink {
  key: string;
  kind: LinkKind;
  from: string;
  to: string;
}

export interface Topology {
  nodes: TopologyNode[];
  links: TopologyLink[];
}

/** A dead program that nobody speaks of any more stays in the picture for so long. */
const rememberedMs = 60_000;

export const backendKey = (storeId: string): string => `backend ${storeId}`;
export const frontendKey = (id: string): string => `frontend ${id}`;
const nameServerKey = 'nameserver';

type Plain = Pick<TopologyNode, 'kind' | 'name' | 'condition'>;
const node = (key: string, plain: Plain, word?: string): TopologyNode =>
  ({ key, ...plain, word: word ?? sayingOf(plain.condition).word });

function nodesOf(status: ClusterStatus): TopologyNode[] {
  const frontends = status.front_ends.some(({ id }) => id === status.front_end.id)
    ? status.front_ends
    // A name server that is away lists nobody; whoever answered us is there all the same.
    : [{ id: status.front_end.id, alive: true }, ...status.front_ends];
  return [
    ...frontends.map(({ id, alive }) => node(frontendKey(id), {
      kind: 'frontend', name: id,
      condition: alive || id === status.front_end.id ? 'working' : 'failed',
    })),
    node(nameServerKey, {
      kind: 'nameserver', name: 'name server',
      condition: status.name_server.reachable ? 'working' : 'failed',
    }),
    ...status.members.map((member) => node(backendKey(member.store_id), {
      kind: 'backend', name: member.id, condition: conditionOf(member),
    })),
    ...status.geocoders.map(({ name, state }) => node(`geocoder ${name}`, {
      kind: 'geocoder', name, condition: state === 'closed' ? 'working' : 'troubled',
    }, breakerWord(state))),
    ...status.services.map(({ kind, id, alive }) => node(`service ${kind} ${id}`, {
      kind: 'service', name: id, condition: alive ? 'working' : 'failed',
    })),
  ];
}

/** Lines go where requests and entries go now; none leads to or from what is dead. */
function linksOf(status: ClusterStatus, nodes: readonly TopologyNode[]): TopologyLink[] {
  const believed = status.view === null ? '' : backendKey(status.view.primary);
  const leading = nodes.find(({ condition }) => condition === 'primary')
    // A primary that drains leads until somebody else does.
    ?? nodes.find(({ key, condition }) => key === believed && condition === 'draining');
  const link = (kind: LinkKind, from: string, to: string): TopologyLink =>
    ({ key: `${kind} ${from} > ${to}`, kind, from, to });
  const names = nodes.filter(({ kind, condition }) =>
    (kind === 'frontend' || kind === 'backend') && condition !== 'failed' && condition !== 'down')
    .map(({ key }) => link('names', key, nameServerKey));
  if (leading === undefined) return names;
  const followers = nodes.filter(({ kind, condition, key }) => kind === 'backend'
    && key !== leading.key
    && ['backup', 'catching-up', 'draining', 'quarantine'].includes(condition));
  return [
    ...nodes.filter(({ kind, condition }) => kind === 'frontend' && condition === 'working')
      .map(({ key }) => link('orders', key, leading.key)),
    ...followers.map(({ key }) => link('replication', leading.key, key)),
    ...nodes.filter(({ kind }) => kind === 'geocoder')
      .map(({ key }) => link('geocoding', leading.key, key)),
    ...names,
  ];
}

/** The picture from look to look: who disappears is shown as failed for a while. */
export class TopologyMemory {
  readonly #lastSeenMs = new Map<string, { node: TopologyNode; atMs: number }>();

  look(status: ClusterStatus, nowMs: number): Topology {
    const current = nodesOf(status);
    const present = new Set(current.map(({ key }) => key));
    for (const one of current) this.#lastSeenMs.set(one.key, { node: one, atMs: nowMs });
    const gone: TopologyNode[] = [];
    for (const [key, { node: last, atMs }] of this.#lastSeenMs) {
      if (present.has(key)) continue;
      if (nowMs - atMs > rememberedMs) this.#lastSeenMs.delete(key);
      else gone.push({ ...last, condition: 'failed', word: 'gone' });
    }
    const nodes = [...current, ...gone];
    return { nodes, links: linksOf(status, nodes) };
  }
}
