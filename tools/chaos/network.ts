import { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';
import { parseHostPort } from '../../shared/rpc/host-port.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { LabNetwork, LabProgram } from './lab.ts';
import type { LinkProxy } from './link.ts';
import { openLinkProxy } from './link-proxy.ts';
import type { Placement } from './placement.ts';

interface NetworkParts {
  placement: Placement;
  programs: () => readonly LabProgram[];
  chance: () => number;
  /** In `local`: the proxies that are there all the time, by `from>to`. */
  standing: ReadonlyMap<string, LinkProxy>;
}

/** How long present connections of a link are answered with resets, so that all are made anew. */
const resetForMs = 500;

interface Detour {
  from: string;
  proxy: LinkProxy;
  remove: () => Promise<void>;
}

/** Faults of links as rules of the packet filter in the programs' namespaces. */
export class FilteredNetwork implements LabNetwork {
  readonly able: boolean;
  readonly #parts: NetworkParts;
  readonly #dirty = new Set<string>();
  #detours: Detour[] = [];

  constructor(parts: NetworkParts) {
    this.#parts = parts;
    this.able = parts.placement.kind === 'hosts';
  }

  async cut(a: string, b: string, options: { oneWay?: boolean } = {}): Promise<void> {
    const lose = (at: string, from: string): Promise<void> =>
      this.#filter(at, '-A', 'INPUT', '-s', this.#address(from), '-j', 'DROP');
    await Promise.all([lose(b, a), ...options.oneWay === true ? [] : [lose(a, b)]]);
  }

  async isolate(name: string): Promise<void> {
    await this.#filter(name, '-A', 'INPUT', '!', '-i', 'lo', '-j', 'DROP');
    await this.#filter(name, '-A', 'OUTPUT', '!', '-o', 'lo', '-j', 'DROP');
  }

  async refuse(a: string, b: string): Promise<void> {
    await this.#filter(a, '-A', 'INPUT', '-p', 'tcp', '-s', this.#address(b),
      '-j', 'REJECT', '--reject-with', 'tcp-reset');
  }

  async loss(name: string, share: number): Promise<void> {
    await this.#filter(name, '-A', 'INPUT', '!', '-i', 'lo', '-m', 'statistic',
      '--mode', 'random', '--probability', share.toFixed(4), '-j', 'DROP');
  }

  async slow(name: string, kbitPerS: number): Promise<void> {
    this.#dirty.add(name);
    await this.#run(name, ['tc', 'qdisc', 'replace', 'dev', 'eth0', 'root',
      'tbf', 'rate', `${kbitPerS}kbit`, 'burst', '4kb', 'latency', '400ms']);
  }

  async proxy(a: string, b: string): Promise<LinkProxy> {
    const standing = this.#parts.standing.get(`${a}>${b}`);
    if (standing !== undefined) return standing;
    const { placement, chance } = this.#parts;
    const target = this.#program(b).address;
    const to = parseHostPort(target ?? '');
    if (to === null) throw new OrderlyError('unavailable', `${b} has no address yet.`);
    const proxy = await openLinkProxy({
      host: placement.self, chance, target: () => this.#program(b).address,
    });
    const match = ['-p', 'tcp', '-d', to.host, '--dport', String(to.port)];
    const detour = [...match, '-j', 'DNAT', '--to-destination', `${placement.self}:${proxy.port}`];
    await this.#run(a, ['iptables', '-w', '-t', 'nat', '-A', 'OUTPUT', ...detour]);
    this.#detours.push({
      from: a,
      proxy,
      remove: async () => {
        await this.#run(a, ['iptables', '-w', '-t', 'nat', '-D', 'OUTPUT', ...detour]);
        await proxy.close();
      },
    });
    await this.#resetPresent(b, ['-s', this.#address(a), '--dport', String(to.port)]);
    return proxy;
  }

  async heal(name?: string): Promise<void> {
    for (const proxy of this.#parts.standing.values()) {
      proxy.set({ delayMs: 0, jitterMs: 0, up: 'ok', down: 'ok', accept: true });
    }
    const ending = this.#detours.filter(({ from }) => name === undefined || from === name);
    this.#detours = this.#detours.filter((one) => !ending.includes(one));
    await Promise.all(ending.map(({ remove }) => remove()));
    const healed = [...this.#dirty].filter((one) => name === undefined || one === name);
    await Promise.all(healed.map((one) => this.#clear(one)));
  }

  async #clear(name: string): Promise<void> {
    this.#dirty.delete(name);
    if (this.#parts.programs().every((one) => one.name !== name)) return;
    await this.#run(name, ['iptables', '-w', '-F']);
    await this.#run(name, ['sh', '-c', 'tc qdisc del dev eth0 root 2>/dev/null || true']);
  }

  /** Also those that would go on for ever because nothing is sent on them from the other side. */
  async #resetPresent(b: string, match: readonly string[]): Promise<void> {
    const rule = ['INPUT', '-p', 'tcp', ...match, '-j', 'REJECT', '--reject-with', 'tcp-reset'];
    await this.#run(b, ['iptables', '-w', '-A', ...rule]);
    await systemClock.sleep(resetForMs);
    try {
      await this.#run(b, ['iptables', '-w', '-D', ...rule]);
    } catch (error) {
      // Healing in between has taken it away already.
      if (!(error instanceof OrderlyError)) throw error;
    }
  }

  async #filter(name: string, ...rule: string[]): Promise<void> {
    this.#dirty.add(name);
    await this.#run(name, ['iptables', '-w', ...rule]);
  }

  #run(name: string, command: readonly string[]): Promise<void> {
    const { placement } = this.#parts;
    if (!this.able) {
      throw new OrderlyError('unavailable', 'Links can only be cut between hosts (--hosts).');
    }
    return placement.run(this.#program(name).host, command);
  }

  #program(name: string): LabProgram {
    return must(this.#parts.programs().find((one) => one.name === name), `no program ${name}`);
  }

  #address(name: string): string {
    return this.#parts.placement.address(this.#program(name).host);
  }
}
