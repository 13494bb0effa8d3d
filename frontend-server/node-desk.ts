import { OrderlyError } from '../shared/contract/errors.ts';
import type { ClusterMember, ClusterStatus } from '../shared/contract/frontend.ts';
import type { Launched, Node, NodeList } from '../shared/contract/launcher.ts';
import { launcherMethods } from '../shared/contract/launcher.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import type { ClusterDesk } from './cluster-desk.ts';
import type { Launcher } from './launcher.ts';

type Verb = 'start' | 'stop' | 'kill';

/** The programs of the cluster, and what their launcher does to them on an operator's behalf. */
export class NodeDesk {
  readonly #cluster: ClusterDesk;
  readonly #launcher: Launcher;
  readonly #logger: Logger;
  readonly #self: string;

  constructor(parts: {
    cluster: ClusterDesk; launcher: Launcher; logger: Logger;
    /** Name of this front end. */
    self: string;
  }) {
    this.#cluster = parts.cluster;
    this.#launcher = parts.launcher;
    this.#logger = parts.logger;
    this.#self = parts.self;
  }

  /** What the launcher keeps, with what the cluster knows of it; without one the latter alone. */
  async list(): Promise<NodeList> {
    const [status, programs] = await Promise.all([this.#cluster.status(), this.#programs()]);
    const launched = programs.map((program) => nodeOf(program, status.members));
    const ids = new Set(programs.map(({ id }) => id));
    const others = seen(status).filter(({ id }) => !ids.has(id));
    return { launcher: this.#launcher.present, data: [...launched, ...others] };
  }

  /** Throws `no_launcher`, and what the launcher answers. */
  async add(): Promise<Node> {
    const added = await this.#launcher.call(launcherMethods.add, {});
    this.#logger.warn({ node: added.id }, 'node added');
    return this.#seen(added);
  }

  /**
   * Starts, stops or kills the program with this id. Throws `no_launcher`, `not_found`,
   * `invalid_params` for this front end itself, which could not answer any more.
   */
  async change(verb: Verb, id: string): Promise<Node> {
    if (this.#launcher.present && id === this.#self && verb !== 'start') {
      throw new OrderlyError('invalid_params', 'A front end does not end itself; ask another one.');
    }
    const changed = await this.#launcher.call(launcherMethods[verb], { id });
    this.#logger.warn({ node: id, verb, process: changed.process }, 'node changed');
    return this.#seen(changed);
  }

  async #programs(): Promise<Launched[]> {
    if (!this.#launcher.present) return [];
    return (await this.#launcher.call(launcherMethods.list, {})).programs;
  }

  async #seen(program: Launched): Promise<Node> {
    return nodeOf(program, (await this.#cluster.status()).members);
  }
}

const kinds = ['backend', 'frontend', 'geocoder'] as const;

/** The launcher names its programs after what they are. */
const kindOf = (id: string): Node['kind'] =>
  kinds.find((kind) => id.startsWith(`${kind}-`)) ?? 'nameserver';

function nodeOf(program: Launched, members: readonly ClusterMember[]): Node {
  const { id, address, process, pid, starts } = program;
  const kind = kindOf(id);
  const namesakes = kind === 'backend' ? members.filter((one) => one.id === id) : [];
  // A lost store may still be listed under the name of the one that has taken its place.
  const member = namesakes.find(({ reachable }) => reachable) ?? namesakes[0];
  return {
    id, kind, address, process, pid, starts,
    role: member?.role ?? null, state: member?.state ?? null,
  };
}

/** What the cluster knows of programs that no launcher told us of. */
function seen({ members, name_server: names, front_ends: frontEnds }: ClusterStatus): Node[] {
  const unknown = { process: null, pid: null, starts: null, role: null, state: null };
  return [
    { ...unknown, id: 'nameserver', kind: 'nameserver', address: names.address },
    ...members.map(({ id, address, pid, role, state }): Node =>
      ({ ...unknown, id, kind: 'backend', address, pid, role, state })),
    ...frontEnds.map(({ id, address }): Node => ({ ...unknown, id, kind: 'frontend', address })),
  ];
}
