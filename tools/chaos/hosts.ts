import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { Placement } from './placement.ts';

/**
 * Hosts out of network namespaces: each has one interface on a bridge, and this process speaks
 * from the bridge. Several laboratories live side by side: the first that gets bridge K has the
 * network 10.97.K.0/24, and what a killed one left is taken down by the next.
 */
const networksMax = 32;
const selfPart = 254;
const bridgeOf = (network: number): string => `br-oc${network}`;
const aliasPrefix = 'orderly-chaos';

const runFile = promisify(execFile);

async function run(file: string, ...args: string[]): Promise<string> {
  try {
    return (await runFile(file, args)).stdout;
  } catch (error) {
    const why = error instanceof Error ? error.message.trim() : String(error);
    throw new OrderlyError('unavailable', why, { reason: 'command_failed' });
  }
}

/** Why hosts can not be made here, null when they can. */
export function whyNoHosts(): string | null {
  if (process.platform !== 'linux') return 'network namespaces need Linux';
  if (process.getuid?.() !== 0) return 'network namespaces need the rights of root';
  const missing = ['ip', 'iptables'].filter((tool) =>
    spawnSync(tool, ['-V'], { stdio: 'ignore' }).status !== 0);
  return missing.length === 0 ? null : `${missing.join(' and ')} can not be run`;
}

const linksSchema = z.array(z.looseObject({
  ifname: z.string().optional(), ifalias: z.string().optional(),
}));

const isAlive = (pid: number): boolean =>
  spawnSync('kill', ['-0', String(pid)], { stdio: 'ignore' }).status === 0;

function takeDown(network: number): void {
  const ip = (...args: string[]): string =>
    String(spawnSync('ip', args, { stdio: ['ignore', 'pipe', 'ignore'] }).stdout);
  const mine = new RegExp(`^oc${network}n\\d+$`);
  for (const line of ip('netns', 'list').split('\n')) {
    const [name = ''] = line.split(' ');
    if (!mine.test(name)) continue;
    // By itself it would stay until the last dying process has left the namespace.
    ip('link', 'del', `v${name}`);
    ip('netns', 'del', name);
  }
  ip('link', 'del', bridgeOf(network));
}

/** Removes the networks of laboratories whose process is gone. */
async function sweep(): Promise<void> {
  const listed = await run('ip', '-j', 'link', 'show', 'type', 'bridge');
  const found = linksSchema.parse(JSON.parse(listed === '' ? '[]' : listed));
  for (const { ifname = '', ifalias = '' } of found) {
    const [, network] = /^br-oc(\d+)$/.exec(ifname) ?? [];
    const [, pid] = new RegExp(`^${aliasPrefix} (\\d+)$`).exec(ifalias) ?? [];
    if (network !== undefined && pid !== undefined && !isAlive(Number(pid))) {
      takeDown(Number(network));
    }
  }
}

async function claimNetwork(): Promise<number> {
  await sweep();
  for (let network = 0; network < networksMax; network++) {
    const bridge = bridgeOf(network);
    const made = spawnSync('ip', ['link', 'add', bridge, 'type', 'bridge'], { stdio: 'ignore' });
    if (made.status !== 0) continue;
    await run('ip', 'link', 'set', bridge, 'alias', `${aliasPrefix} ${process.pid}`);
    await run('ip', 'addr', 'add', `10.97.${network}.${selfPart}/24`, 'dev', bridge);
    await run('ip', 'link', 'set', bridge, 'up');
    return network;
  }
  throw new OrderlyError('unavailable', 'No network is free for the hosts of a laboratory.');
}

class Hosts implements Placement {
  readonly kind = 'hosts';
  readonly self: string;
  readonly #network: number;
  readonly #made = new Set<number>();

  constructor(network: number) {
    this.#network = network;
    this.self = this.address(selfPart);
  }

  address(host: number): string {
    return `10.97.${this.#network}.${host}`;
  }

  async addHost(host: number): Promise<void> {
    if (host === selfPart || this.#made.has(host)) return;
    this.#made.add(host);
    const name = this.#name(host);
    const outer = `v${name}`;
    await run('ip', 'netns', 'add', name);
    await run('ip', 'link', 'add', outer, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    await run('ip', 'link', 'set', outer, 'master', bridgeOf(this.#network), 'up');
    await run('ip', '-n', name, 'addr', 'add', `${this.address(host)}/24`, 'dev', 'eth0');
    await run('ip', '-n', name, 'link', 'set', 'eth0', 'up');
    await run('ip', '-n', name, 'link', 'set', 'lo', 'up');
    await this.run(host, ['sysctl', '-qw', 'net.ipv4.conf.all.route_localnet=1']);
    await this.run(host, ['iptables', '-w', '-t', 'nat', '-A', 'POSTROUTING', '-o', 'eth0',
      '-s', '127.0.0.1', '-j', 'MASQUERADE']);
  }

  wrap(host: number): string[] {
    return host === selfPart ? [] : ['ip', 'netns', 'exec', this.#name(host)];
  }

  async forward(host: number, port: number, toPort: number): Promise<void> {
    await this.run(host, ['iptables', '-w', '-t', 'nat', '-A', 'OUTPUT', '-d', '127.0.0.1',
      '-p', 'tcp', '--dport', String(port),
      '-j', 'DNAT', '--to-destination', `${this.self}:${toPort}`]);
  }

  async run(host: number, command: readonly string[]): Promise<void> {
    const [file = '', ...args] = [...this.wrap(host), ...command];
    await run(file, ...args);
  }

  close(): void {
    takeDown(this.#network);
  }

  #name(host: number): string {
    return `oc${this.#network}n${host}`;
  }
}

/** Takes a free network. Throws `unavailable`, with the reason, where hosts can not be made. */
export async function openHosts(): Promise<Placement> {
  const why = whyNoHosts();
  if (why !== null) {
    throw new OrderlyError('unavailable', `Hosts can not be made here: ${why}.\nfix:   --local`);
  }
  return new Hosts(await claimNetwork());
}
