import type { View } from '../../shared/contract/view.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { Door } from '../up/front-door.ts';
import type { LinkProxy } from './link.ts';

/**
 * The laboratory: a whole system of real processes, and what can be done to it from outside. It is
 * opened by `openLab` (open-lab.ts); nemesis, cases and tests know only what stands here.
 */

export type Role = 'nameserver' | 'backend' | 'frontend' | 'geocoder';

/**
 * hosts: each program has a network namespace of its own on one bridge (Linux, root), its address
 * is 10.97.K.N and this process speaks from 10.97.K.254; local: all on 127.0.0.1, links can not be
 * cut (only the proxied ones); auto: hosts where they can be made.
 */
type PlacementKind = 'hosts' | 'local';

/** What may be given to one program. Takes effect at its next start. */
export interface ProgramSetUp {
  /** Its data folder; one on another file system makes its disk fail. Default: `home`/name. */
  dataFolder?: string;
  /** Added to its environment: LD_PRELOAD, FAKETIME and the like; undefined takes one away. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Stands before the command: `['strace', '-f', '-e', 'inject=fsync:error=EIO:when=8..9']`. */
  wrap?: readonly string[];
}

/** How a process ended; `asked`: by stop, kill or close of this laboratory. */
export interface ProgramEnd {
  atMs: number;
  code: number | null;
  signal: string | null;
  asked: boolean;
}

export interface LabProgram {
  /** `nameserver`, `backend-2`, `frontend-1`, `geocoder-primary`. */
  readonly name: string;
  readonly role: Role;
  /** Its host: the last part of its address in `hosts`; geocoders have that of the lab. */
  readonly host: number;
  readonly dataFolder: string;
  /** File that gets everything it says, over all its starts. */
  readonly logFile: string;
  /** host:port of its last start, null before the first. */
  readonly address: string | null;
  /** null while no process exists. */
  readonly pid: number | null;
  /** True between its ready line and its end. */
  readonly ready: boolean;
  readonly paused: boolean;
  /** Every end so far, oldest first. */
  readonly ends: readonly ProgramEnd[];
  setUp(setUp: ProgramSetUp): void;
  /** Starts it and resolves when it serves; rejects with its last words when it does not. */
  start(): Promise<void>;
  /** Asks it to end and waits; after graceMs (12 s) it is killed. */
  stop(graceMs?: number): Promise<void>;
  /** Resolves when the process is gone. SIGKILL unless told otherwise; nothing when it is gone. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  pause(): void;
  resume(): void;
  /** The last lines of its log, newest last. */
  logTail(lines?: number): string[];
}

/** Between programs, by name; only in `hosts`. In `local` all but `proxy` throw `unavailable`. */
export interface LabNetwork {
  /** True where links can be cut. */
  readonly able: boolean;
  /** Packets between a and b are lost without a word; oneWay: only those from a to b. */
  cut(a: string, b: string, options?: { oneWay?: boolean }): Promise<void>;
  /** Cut from everybody, this process included. */
  isolate(name: string): Promise<void>;
  /** What a gets from b is answered with a TCP reset. */
  refuse(a: string, b: string): Promise<void>;
  /** Loses this share (0..1) of the packets that it receives. */
  loss(name: string, share: number): Promise<void>;
  /** Limits what it sends. */
  slow(name: string, kbitPerS: number): Promise<void>;
  /**
   * Lets connections from a to b run through a proxy from now on (the present ones are reset).
   * In `local` only links to the name server and the geocoders can be had. The proxy does nothing
   * by itself; heal() takes it out again.
   */
  proxy(a: string, b: string): Promise<LinkProxy>;
  /** Takes every fault away (of one program), proxies too. */
  heal(name?: string): Promise<void>;
}

export interface LabStatus {
  /** null when the name server does not answer or no view exists. */
  view: View | null;
  /** By program name; only those that answer. */
  backends: ReadonlyMap<string, ReplicaStatus>;
}

export interface Lab {
  readonly placement: PlacementKind;
  /** Folder of everything: data folders, `logs`. */
  readonly home: string;
  readonly operatorToken: string;
  readonly programs: readonly LabProgram[];
  readonly network: LabNetwork;
  /** Base addresses and token of all front ends, in their order. */
  readonly doors: readonly Door[];
  program(name: string): LabProgram;
  byRole(role: Role): LabProgram[];
  /** One more back end, with a host and a folder of its own; resolves when it serves. */
  addBackend(setUp?: ProgramSetUp): Promise<LabProgram>;
  /** Asks it to end, for good; its folder stays and it is no longer among the programs. */
  removeBackend(name: string): Promise<void>;
  /** Asks the name server and each back end, each at most 700 ms. */
  status(): Promise<LabStatus>;
  /** The back end that the newest known view names, null when nobody can say. */
  primary(): Promise<LabProgram | null>;
  /** The switch of server-status. Throws `unavailable` when the back end does not answer. */
  switchDown(name: string, down: boolean): Promise<void>;
  /** The control port of a stand-in: see tools/geocoder-standin/control.ts. */
  geocoderControl(
    service: 'primary' | 'secondary', call: { method: string; path: string; body?: unknown },
  ): Promise<unknown>;
  /** False when that many are not serving or following in one view within the time. */
  untilInSync(count: number, withinMs: number): Promise<boolean>;
  /** Runs when the laboratory is closed or interrupted, last one first: unmount and the like. */
  onClose(cleanUp: () => void): void;
  /** Kills everything and removes hosts and rules; the home folder stays when keep is set. */
  close(options?: { keep?: boolean }): Promise<void>;
}

export interface LabOptions {
  placement: PlacementKind | 'auto';
  backends: number;
  frontends: number;
  /** Folder for everything; null: a new one in the folder for temporary files. */
  home: string | null;
  logLevel: 'debug' | 'info' | 'warn' | 'error';
  /** In `local`: each program reaches the name server through a proxy (`network.proxy`). */
  proxyNameserver?: boolean;
  /** Asked once for each program before its first start. */
  setUp?: (name: string, role: Role) => ProgramSetUp;
  /** An end that nobody asked for, with the last lines of the log. */
  onUnaskedEnd?: (program: LabProgram, end: ProgramEnd) => void;
}
