import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { RpcServer } from '../../shared/rpc/server.ts';
import { must } from '../../shared/runtime/assert.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { Child } from './child.ts';
import type { ChildChange } from './child.ts';
import {
  childEnvironment, clusterSecret, givenOperatorToken, givenStaffToken,
} from './config.ts';
import type { UpConfig } from './config.ts';
import { serveControl } from './control.ts';
import { freePort, requirePort } from './free-port.ts';
import { inSync, isReady, untilTrue } from './front-door.ts';
import type { Door } from './front-door.ts';
import { chooseGeocoders } from './geocoders.ts';
import type { GeocoderChoice } from './geocoders.ts';
import { openPlace } from './place.ts';
import type { Place } from './place.ts';

/** A whole system as child processes of this one: started together, kept alive, ended together. */

export type ClusterEvent =
  | { kind: 'child'; id: string; change: ChildChange }
  | { kind: 'log'; id: string; line: string }
  | { kind: 'geocoders'; choice: GeocoderChoice };

export type ClusterOptions = Pick<UpConfig,
  'backends' | 'frontends' | 'port' | 'nameserverPort' | 'data' | 'geocoders' | 'geocoderUrls'
  | 'respawn' | 'mdns' | 'logLevel' | 'logFormat'> & {
    onEvent: (event: ClusterEvent) => void;
  };

/** A small system for tests and measurements: free ports, stand-ins, nothing kept. */
export const quietCluster: ClusterOptions = {
  backends: 3, frontends: 1, port: 0, nameserverPort: 0, data: null, geocoders: 'standin',
  geocoderUrls: { primary: null, secondary: null }, respawn: true, mdns: false, logLevel: 'warn',
  logFormat: 'json', onEvent: () => {},
};

const allReadyWithinMs = 60_000;
/** A system in which not all are in sync yet serves, so start-up does not wait long for it. */
const inSyncWithinMs = 10_000;
const stopWithinMs = 12_000;

/** The binary, built: beside this file in dist/, or in dist/ when this file runs from source. */
export function orderlyBinary(): string {
  const places = ['../orderly.js', '../../dist/tools/orderly.js'];
  const files = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found !== undefined) return found;
  throw new OrderlyError('unavailable', 'dist/ is not built.\nfix:   run `npm run build` first.');
}

interface Standins {
  urls: { primary: string; secondary: string };
  starting: Promise<Child>[];
}

interface Ports {
  nameserver: number;
  frontends: number[];
}

/** Fixed before anything starts: a program that is started again comes back where it was. */
async function choosePorts(options: ClusterOptions): Promise<Ports> {
  const taken = new Set<number>();
  const choose = async (wanted: number, flag: string): Promise<number> => {
    const port = wanted === 0 ? await freePort(taken) : await requirePort(wanted, flag);
    taken.add(port);
    return port;
  };
  const nameserver = await choose(options.nameserverPort, '--nameserver-port');
  const frontends: number[] = [];
  for (let n = 0; n < options.frontends; n++) {
    frontends.push(await choose(options.port === 0 ? 0 : options.port + n, '--port'));
  }
  return { nameserver, frontends };
}

export class Cluster {
  /** The folder that holds everything, `temporary` when stop() removes it. */
  readonly home: string;
  readonly temporary: boolean;
  readonly nameserverAddress: string;
  readonly #options: ClusterOptions;
  readonly #ports: Ports;
  readonly #binary = orderlyBinary();
  readonly #place: Place;
  readonly #children = new Map<string, Child>();
  #geocoders: GeocoderChoice = { kind: 'standin', why: '' };
  #geocoderFlags: string[] = [];
  #backendCount = 0;
  /** Where front ends bring what operators want done to programs. */
  #control: RpcServer | null = null;
  #stopped: Promise<void> | null = null;

  constructor(options: ClusterOptions, place: Place, ports: Ports) {
    this.#options = options;
    this.#ports = ports;
    this.temporary = place.temporary;
    this.home = place.dir;
    this.#place = place;
    this.nameserverAddress = `127.0.0.1:${ports.nameserver}`;
  }

  get geocoders(): GeocoderChoice {
    return this.#geocoders;
  }

  get operatorToken(): string {
    return givenOperatorToken() ?? this.#tokenIn('operator.token');
  }

  get staffToken(): string {
    return givenStaffToken() ?? this.#tokenIn('staff.token');
  }

  #tokenIn(file: string): string {
    return readFileSync(join(this.home, file), 'utf8').trim();
  }

  /** Living and dead, in the order of their start. */
  get children(): Child[] {
    return [...this.#children.values()];
  }

  get backends(): Child[] {
    return this.children.filter(({ id }) => id.startsWith('backend-'));
  }

  get frontends(): Child[] {
    return this.children.filter(({ id }) => id.startsWith('frontend-'));
  }

  /** Base address of a front end, the first one unless told otherwise; no slash at the end. */
  url(index = 0): string {
    return `http://127.0.0.1:${must(this.#ports.frontends[index], 'no such front end')}`;
  }

  door(index = 0): Door {
    return { url: this.url(index), token: this.operatorToken };
  }

  child(id: string): Child {
    return must(this.#children.get(id), `no program ${id} in this cluster`);
  }

  /** Starts everything; resolves when every front end is ready to take orders. */
  async start(): Promise<void> {
    this.#control = await serveControl(this, clusterSecret(this.home));
    const frontends = this.#ports.frontends.map((port, n) => this.#startFrontend(n + 1, port));
    const backends = this.#startGeocoders().then((standins) => Promise.all([
      ...standins, ...Array.from({ length: this.#options.backends }, () => this.addBackend()),
    ]));
    await Promise.all([this.#startNameserver(), ...frontends, backends]);
    const ready = await Promise.all(this.#ports.frontends.map((_, n) =>
      untilTrue(() => isReady(this.url(n)), allReadyWithinMs)));
    if (ready.includes(false)) {
      throw new OrderlyError('unavailable',
        `The front end did not become ready within ${allReadyWithinMs / 1_000} s.`);
    }
    // From here on the loss of any one back end costs nothing.
    await untilTrue(() => inSync(this.door(), this.#options.backends), inSyncWithinMs);
  }

  /** One more back end, with a folder of its own; resolves when its process serves. */
  async addBackend(): Promise<Child> {
    const child = this.newBackend();
    await child.start();
    return child;
  }

  /** The same, not started yet. */
  newBackend(): Child {
    const id = `backend-${++this.#backendCount}`;
    return this.#keep(id, () => [
      'backend', '--id', id, '--port', '0', ...this.#geocoderFlags,
      '--nameserver', this.nameserverAddress, '--data', join(this.home, id), '--no-mdns',
      ...this.#logFlags,
    ]);
  }

  /** Ends everything in order: no new orders, then the back ends, then what they lean on. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  /** Ends everything this instant, without waiting and without asking. */
  killNow(): void {
    void this.#control?.close();
    for (const child of this.children) child.killNow();
    this.#place.release();
  }

  async #stopAll(): Promise<void> {
    const untilMs = systemClock.nowMs() + stopWithinMs;
    const stopThese = (children: Child[]): Promise<unknown> => Promise.all(
      children.map((child) => child.stop(Math.max(untilMs - systemClock.nowMs(), 0))));
    const backends = this.backends;
    const frontends = this.frontends;
    await stopThese(frontends);
    await stopThese(backends);
    await stopThese(this.children);
    await this.#control?.close();
    this.#place.release();
  }

  #startNameserver(): Promise<Child> {
    return this.#launch('nameserver', () => [
      'nameserver', '--port', String(this.#ports.nameserver),
      '--data', join(this.home, 'nameserver'), ...(this.#options.mdns ? [] : ['--no-mdns']),
      ...this.#logFlags,
    ]);
  }

  #startFrontend(number: number, port: number): Promise<Child> {
    const id = `frontend-${number}`;
    return this.#launch(id, () => [
      'frontend', '--port', String(port), '--nameserver', this.nameserverAddress,
      '--data', join(this.home, id), '--no-mdns',
      '--launcher', must(this.#control, 'it is opened first').address, ...this.#logFlags,
    ]);
  }

  /** Settles which geocoders the back ends use; resolves with the programs that this started. */
  async #startGeocoders(): Promise<Promise<Child>[]> {
    const { geocoders, geocoderUrls } = this.#options;
    const custom = geocoderUrls.primary !== null || geocoderUrls.secondary !== null;
    this.#geocoders = await chooseGeocoders(geocoders, custom);
    this.#options.onEvent({ kind: 'geocoders', choice: this.#geocoders });
    const { urls, starting } = this.#geocoders.kind === 'standin'
      ? await this.#startStandins() : { urls: geocoderUrls, starting: [] };
    this.#geocoderFlags = [
      ...(urls.primary === null ? [] : ['--geocoder-primary-url', urls.primary]),
      ...(urls.secondary === null ? [] : ['--geocoder-secondary-url', urls.secondary]),
    ];
    return starting;
  }

  async #startStandins(): Promise<Standins> {
    const first = await freePort(new Set());
    const second = await freePort(new Set([first]));
    const start = (service: string, port: number): Promise<Child> =>
      this.#launch(`geocoder-${service}`, () =>
        ['geocoder-standin', '--service', service, '--port', String(port)]);
    // A back end needs the address, not the stand-in: it starts meanwhile.
    return {
      urls: { primary: `http://127.0.0.1:${first}`, secondary: `http://127.0.0.1:${second}` },
      starting: [start('primary', first), start('secondary', second)],
    };
  }

  get #logFlags(): string[] {
    return ['--log-level', this.#options.logLevel, '--log-format', this.#options.logFormat];
  }

  async #launch(id: string, command: () => string[]): Promise<Child> {
    const child = this.#keep(id, command);
    await child.start();
    return child;
  }

  #keep(id: string, command: () => string[]): Child {
    if (this.#stopped !== null) throw new OrderlyError('unavailable', 'The system is stopping.');
    const { respawn, onEvent } = this.#options;
    const child = new Child({
      id,
      command: () => [this.#binary, ...command(), '--json'],
      env: { ...childEnvironment(), ORDERLY_HOME: this.home },
      respawn,
      clock: systemClock,
      onLine: (line) => onEvent({ kind: 'log', id, line }),
      onChange: (change) => onEvent({ kind: 'child', id, change }),
    });
    this.#children.set(id, child);
    return child;
  }
}

/** A cluster with its ports chosen and its folder locked; nothing runs yet. */
export async function prepareCluster(options: ClusterOptions): Promise<Cluster> {
  const place = openPlace(options.data);
  try {
    return new Cluster(options, place, await choosePorts(options));
  } catch (error) {
    place.release();
    throw error;
  }
}

/** Starts a cluster; when that fails, nothing of it is left behind. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const cluster = await prepareCluster(options);
  try {
    await cluster.start();
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}
