import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { request } from 'undici';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';
import { childEnvironment } from '../up/config.ts';
import { orderlyBinary } from '../up/cluster.ts';
import { freePort } from '../up/free-port.ts';
import { isReady, untilTrue } from '../up/front-door.ts';
import type { Door } from '../up/front-door.ts';
import { openHosts, whyNoHosts } from './hosts.ts';
import type {
  Lab, LabOptions, LabProgram, LabStatus, ProgramSetUp, Role,
} from './lab.ts';
import type { LinkProxy } from './link.ts';
import { openLinkProxy } from './link-proxy.ts';
import { FilteredNetwork } from './network.ts';
import { Operator } from './operator.ts';
import { localPlacement } from './placement.ts';
import type { Placement } from './placement.ts';
import { Program } from './program.ts';

const hostNumbers = { nameserver: 1, backend: 10, frontend: 100, geocoder: 254 } as const;
const hostPorts = { nameserver: 7400, backend: 7500, frontend: 8080, geocoder: 0 } as const;
const geocoderPorts = { primary: 7411, secondary: 7412 } as const;
const services = ['primary', 'secondary'] as const;

const allReadyWithinMs = 60_000;
const inSyncWithinMs = 15_000;
const inSyncStates = ['serving', 'in sync'];
const controlWithinMs = 2_000;

class RealLab implements Lab {
  readonly home: string;
  readonly operatorToken = randomBytes(24).toString('base64url');
  readonly network: FilteredNetwork;
  readonly #options: LabOptions;
  readonly #placement: Placement;
  readonly #binary = orderlyBinary();
  readonly #secret = randomBytes(32).toString('hex');
  readonly #operator: Operator;
  readonly #standing = new Map<string, LinkProxy>();
  readonly #relays: LinkProxy[] = [];
  readonly #cleanUps: (() => void)[] = [];
  readonly #ports = new Map<string, number>();
  #programs: Program[] = [];
  #gone: Program[] = [];
  #backendsMade = 0;
  #lastView: LabStatus['view'] = null;
  #closed = false;

  constructor(options: LabOptions, placement: Placement) {
    this.#options = options;
    this.#placement = placement;
    this.home = options.home === null
      ? mkdtempSync(join(tmpdir(), 'orderly-chaos-')) : resolve(options.home);
    mkdirSync(join(this.home, 'logs'), { recursive: true, mode: 0o700 });
    chmodSync(this.home, 0o700);
    this.#operator = new Operator(this.#secret, this.home);
    this.network = new FilteredNetwork({
      placement, programs: () => this.#programs, standing: this.#standing,
      // Jitter need not be repeatable: when packets travel never is.
      chance: () => randomBytes(1).readUInt8() / 256,
    });
  }

  get placement(): Lab['placement'] {
    return this.#placement.kind;
  }

  get programs(): readonly LabProgram[] {
    return this.#programs;
  }

  get doors(): readonly Door[] {
    return this.byRole('frontend').map(({ name, host }) => ({
      url: `http://${this.#placement.address(host)}:${this.#port(name)}`,
      token: this.operatorToken,
    }));
  }

  program(name: string): Program {
    return must(this.#programs.find((one) => one.name === name), `no program ${name}`);
  }

  byRole(role: Role): LabProgram[] {
    return this.#programs.filter((one) => one.role === role);
  }

  /** Starts everything; resolves when orders are taken and all back ends are in sync. */
  async start(): Promise<void> {
    const { backends, frontends } = this.#options;
    for (const one of services) await this.#add(`geocoder-${one}`, 'geocoder');
    await this.#add('nameserver', 'nameserver');
    for (let n = 1; n <= frontends; n++) await this.#add(`frontend-${n}`, 'frontend', n);
    await Promise.all(Array.from({ length: backends }, () => this.addBackend()));
    const ready = await Promise.all(this.doors.map(({ url }) =>
      untilTrue(() => isReady(url), allReadyWithinMs)));
    if (ready.includes(false) || !await this.untilInSync(backends, inSyncWithinMs)) {
      throw new OrderlyError('unavailable', 'The system did not become ready.');
    }
  }

  addBackend(setUp?: ProgramSetUp): Promise<LabProgram> {
    const number = ++this.#backendsMade;
    return this.#add(`backend-${number}`, 'backend', number, setUp);
  }

  async removeBackend(name: string): Promise<void> {
    const program = this.program(name);
    await program.stop();
    this.#programs = this.#programs.filter((one) => one !== program);
    this.#gone.push(program);
  }

  async status(): Promise<LabStatus> {
    const status = await this.#operator.status(this.program('nameserver'), this.byRole('backend'));
    this.#lastView = status.view ?? this.#lastView;
    return status;
  }

  async primary(): Promise<LabProgram | null> {
    const { view, backends } = await this.status();
    const leader = (view ?? this.#lastView)?.primary;
    const byView = [...backends].find(([, { storeId }]) => storeId === leader);
    const bySelf = [...backends].find(([, { role }]) => role === 'primary');
    const found = byView ?? bySelf;
    return found === undefined ? null : this.program(found[0]);
  }

  switchDown(name: string, down: boolean): Promise<void> {
    return this.#operator.setDown(this.program(name), down);
  }

  async geocoderControl(
    service: 'primary' | 'secondary', call: { method: string; path: string; body?: unknown },
  ): Promise<unknown> {
    const { controlUrl } = this.program(`geocoder-${service}`);
    const { statusCode, body } = await request(`${must(controlUrl, 'it runs')}${call.path}`, {
      method: call.method as 'GET',
      signal: AbortSignal.timeout(controlWithinMs),
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
    });
    const text = await body.text();
    if (statusCode < 300) return text === '' ? null : JSON.parse(text) as unknown;
    throw new OrderlyError('invalid_params', `The stand-in refuses ${call.path}: ${text}`);
  }

  untilInSync(count: number, withinMs: number): Promise<boolean> {
    return untilTrue(async () => {
      const { view, backends } = await this.status();
      return [...backends.values()].filter((one) =>
        view?.inSync.includes(one.storeId) === true && inSyncStates.includes(one.state)
        && one.viewNumber === view.viewNumber).length >= count;
    }, withinMs);
  }

  onClose(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp);
  }

  async close(options: { keep?: boolean } = {}): Promise<void> {
    if (this.#closed) return;
    await Promise.all(this.#programs.map((one) => one.kill()));
    await Promise.all([...this.#relays, ...this.#standing.values()].map((one) => one.close()));
    await this.network.heal();
    this.closeNow(options);
  }

  /** Without waiting, for a process that is being interrupted. */
  closeNow(options: { keep?: boolean } = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const program of [...this.#programs, ...this.#gone]) {
      program.killNow();
      program.closeLog();
    }
    this.#operator.close();
    for (const cleanUp of this.#cleanUps.toReversed()) cleanUp();
    this.#placement.close();
    if (options.keep !== true) {
      rmSync(this.home, { recursive: true, force: true, maxRetries: 10 });
    }
  }

  async #add(...[name, role, number = 1, setUp]: [string, Role, number?, ProgramSetUp?]):
  Promise<Program> {
    const host = hostNumbers[role] + (role === 'geocoder' ? 0 : number - 1);
    await this.#placement.addHost(host);
    if (!this.#ports.has(name)) this.#ports.set(name, await this.#choosePort(role));
    const registers = role === 'backend' || role === 'frontend';
    const nameserver = registers ? await this.#nameserverFor(name) : '';
    if (role === 'backend') await this.#forwardGeocoders(host);
    const program = new Program({
      name, role, host,
      home: this.home,
      binary: this.#binary,
      command: (dataFolder) => this.#command({ name, role, host, dataFolder, nameserver }),
      placeOn: this.#placement.wrap(host),
      env: {
        ...childEnvironment(), ORDERLY_HOME: this.home,
        ORDERLY_CLUSTER_SECRET: this.#secret, ORDERLY_OPERATOR_TOKEN: this.operatorToken,
      },
      setUp: { ...this.#options.setUp?.(name, role), ...setUp },
      onUnaskedEnd: (ended, end) => this.#options.onUnaskedEnd?.(ended, end),
    });
    this.#programs.push(program);
    await program.start();
    return program;
  }

  #command(
    it: { name: string; role: Role; host: number; dataFolder: string; nameserver: string },
  ): string[] {
    const { name, role, host, dataFolder } = it;
    const port = String(this.#port(name));
    if (role === 'geocoder') {
      const service = name.replace('geocoder-', '');
      return ['geocoder-standin', '--service', service, '--port', port, '--rate', 'off'];
    }
    const shared = [
      '--host', this.#placement.address(host), '--port', port, '--data', dataFolder, '--no-mdns',
      '--log-level', this.#options.logLevel, '--log-format', 'json',
    ];
    if (role === 'nameserver') return ['nameserver', ...shared];
    if (role === 'frontend') {
      return ['frontend', '--nameserver', it.nameserver, '--insecure-http', ...shared];
    }
    const geocoders = services.flatMap((one) =>
      [`--geocoder-${one}-url`, `http://127.0.0.1:${this.#geocoderPort(one)}`]);
    return ['backend', '--id', name, '--nameserver', it.nameserver, ...geocoders, ...shared];
  }

  #port(name: string): number {
    return must(this.#ports.get(name), `${name} has no port`);
  }

  /** In `local` a back end takes any port the first time and the same one ever after. */
  #choosePort(role: Role): Promise<number> {
    if (this.#placement.kind === 'hosts' && role !== 'geocoder') {
      return Promise.resolve(hostPorts[role]);
    }
    return role === 'backend' ? Promise.resolve(0) : freePort(new Set(this.#ports.values()));
  }

  /** In `local` each program reaches the name server through a proxy of its own. */
  async #nameserverFor(name: string): Promise<string> {
    const host = this.#placement.address(hostNumbers.nameserver);
    const address = `${host}:${this.#port('nameserver')}`;
    if (this.#placement.kind === 'hosts' || this.#options.proxyNameserver !== true) return address;
    const proxy = await openLinkProxy({
      host: this.#placement.self, chance: () => 0, target: () => address,
    });
    this.#standing.set(`${name}>nameserver`, proxy);
    return `${this.#placement.self}:${proxy.port}`;
  }

  #geocoderPort(service: 'primary' | 'secondary'): number {
    return this.#placement.kind === 'hosts'
      ? geocoderPorts[service] : this.#port(`geocoder-${service}`);
  }

  /** Back ends take plain http only from 127.0.0.1; theirs leads here and on to the stand-ins. */
  async #forwardGeocoders(host: number): Promise<void> {
    if (this.#placement.kind !== 'hosts') return;
    for (const service of services) {
      const relay = await openLinkProxy({
        host: this.#placement.self, chance: () => 0,
        target: () => `127.0.0.1:${this.#port(`geocoder-${service}`)}`,
      });
      this.#relays.push(relay);
      await this.#placement.forward(host, geocoderPorts[service], relay.port);
    }
  }
}

/** Ctrl-C must leave neither processes nor networks behind. */
function closeOnSignals(lab: RealLab, keep: boolean): void {
  for (const [signal, code] of [['SIGINT', 130], ['SIGTERM', 143], ['SIGHUP', 129]] as const) {
    const end = (): void => {
      lab.closeNow({ keep });
      process.exit(code);
    };
    process.once(signal, end);
    // One process opens many laboratories, one after the other.
    lab.onClose(() => process.off(signal, end));
  }
}

async function choosePlacement(wanted: LabOptions['placement']): Promise<Placement> {
  if (wanted === 'local') return localPlacement;
  return wanted === 'auto' && whyNoHosts() !== null ? localPlacement : openHosts();
}

/** Starts a whole system; when that fails, nothing of it is left but its logs, if home is given. */
export async function openLab(options: LabOptions): Promise<Lab> {
  const lab = new RealLab(options, await choosePlacement(options.placement));
  closeOnSignals(lab, options.home !== null);
  try {
    await lab.start();
    return lab;
  } catch (error) {
    lab.closeNow({ keep: options.home !== null });
    throw error;
  }
}
