import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { syncDir } from '../../backend-server/storage/store-files.ts';
import { exitCodes, Failure } from '../../client/failure.ts';
import type { Io, Terminal } from '../../client/terminal.ts';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { NameClient } from '../../shared/rpc/name-client.ts';
import { silentLogger } from '../../shared/runtime/logger.ts';
import { version } from '../../shared/runtime/version.ts';
import { failureOf, operatorSecret } from '../server-status/cluster.ts';
import type { StatusConfig } from '../server-status/config.ts';
import { backupFormat, tailOf } from './backup-file.ts';
import type { Manifest } from './backup-file.ts';
import { onDisk } from './disk.ts';
import { fetchState } from './fetch.ts';
import type { Fetched, FetchParts } from './fetch.ts';
import { Progress } from './progress.ts';
import { checkStore } from './store-check.ts';
import type { StoreFacts } from './store-check.ts';

/** A fail-over takes a few seconds; these outlast two in a row. */
const triesMax = 12;
const pauseMs = 1_000;

/** An error of another kind does not pass by itself. */
const passing: readonly string[] = [
  'not_primary', 'unavailable', 'overloaded', 'outcome_unknown', 'down', 'not_found',
];

export interface BackupWish {
  /** Where to; null: a name with the time, here. */
  out: string | null;
  overwrite: boolean;
  json: boolean;
  config: StatusConfig;
}

export interface BackupDone {
  file: string;
  manifest: Manifest;
  /** Of the whole file: what sha256sum says. */
  sha256: string;
  bytes: number;
  seconds: number;
  tries: number;
}

const nameFor = (iso: string): string =>
  `orderly-${iso.replaceAll(/[-:]|\.\d+/g, '')}.backup`;

function refuseExisting(file: string, overwrite: boolean): void {
  if (overwrite || !existsSync(file)) return;
  throw new Failure({
    code: 'exists',
    exitCode: exitCodes.conflict,
    what: `${file} is there already.`,
    fixes: ['name another file with --out, or say --overwrite'],
  });
}

/** What arrived is what was sent: when it is not sound, the store that it comes from is not. */
function checkCopy(draft: string, storeId: string): StoreFacts {
  try {
    return checkStore(draft);
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'backup_damaged') throw error;
    throw new Failure({
      code: 'store_damaged',
      exitCode: exitCodes.failed,
      what: 'No backup was written: the store of the primary is damaged.',
      causes: [`store ${storeId}: ${error.facts.causes?.join(', ') ?? ''}`],
      fixes: ['switch that back end down with `orderly server-status`, so that another one leads, '
        + 'and make the backup then'],
    });
  }
}

class Backup {
  readonly #wish: BackupWish;
  readonly #io: Io;
  readonly #terminal: Terminal;
  readonly #progress: Progress;
  readonly #late = new AbortController();
  readonly #file: string;
  tries = 0;

  constructor(wish: BackupWish, io: Io, terminal: Terminal) {
    this.#wish = wish;
    this.#io = io;
    this.#terminal = terminal;
    this.#file = resolve(wish.out ?? nameFor(io.clock.wallIso()));
    this.#progress = new Progress(io, wish.json, {
      doing: 'fetching',
      undone: existsSync(this.#file)
        ? `no backup was written, ${this.#file} is as it was.`
        : `no backup was written, ${this.#file} is not there.`,
    });
  }

  async run(): Promise<BackupDone> {
    const { clock } = this.#io;
    const startedMs = clock.nowMs();
    const begunAt = clock.wallIso();
    const file = this.#file;
    refuseExisting(file, this.#wish.overwrite);
    const draft = `${file}.partial-${randomBytes(4).toString('hex')}`;
    const timer = clock.setTimer(this.#wish.config.timeoutMs, () => this.#late.abort());
    try {
      const handle = await onDisk(file, 'written', () => open(draft, 'wx+', 0o600));
      try {
        const done = await this.#fill(handle, { draft, begunAt });
        await onDisk(file, 'written', async () => {
          refuseExisting(file, this.#wish.overwrite);
          await rename(draft, file);
          syncDir(dirname(file));
        });
        return { ...done, file, seconds: (clock.nowMs() - startedMs) / 1_000, tries: this.tries };
      } finally {
        await handle.close();
      }
    } finally {
      timer.cancel();
      this.#progress.clear();
      rmSync(draft, { force: true });
    }
  }

  async #fill(
    handle: FileHandle, { draft, begunAt }: { draft: string; begunAt: string },
  ): Promise<Pick<BackupDone, 'manifest' | 'sha256' | 'bytes'>> {
    const { offer, digest } = await this.#fetch(handle);
    const facts = checkCopy(draft, offer.storeId);
    const { group } = this.#wish.config;
    const { clusterId, storeId, viewNumber, confirmedLsn, base, bytes, sha256 } = offer;
    const manifest: Manifest = {
      format: backupFormat, program: version, begunAt, clusterId, group, storeId, viewNumber,
      epoch: base.epoch, lsn: base.lsn, confirmedLsn, schema: facts.schema, orders: facts.orders,
      bytes, sha256,
    };
    const tail = tailOf(manifest);
    await onDisk(draft, 'written', async () => {
      await handle.write(tail, 0, tail.length, bytes);
      await handle.sync();
    });
    return { manifest, sha256: digest.update(tail).digest('hex'), bytes: bytes + tail.length };
  }

  async #fetch(handle: FileHandle): Promise<Fetched> {
    const { config } = this.#wish;
    const { clock, stop } = this.#io;
    const secret = operatorSecret(config);
    const names = new NameClient({
      secret, identity: { class: 'operator', id: 'backup' }, addresses: config.nameServers,
      mdns: config.mdns, logger: silentLogger, clock,
    });
    const signal = AbortSignal.any([stop, this.#late.signal]);
    const parts: FetchParts = {
      names, secret, group: config.group, clock, signal,
      onBytes: (done, total) => this.#progress.show(done, total),
    };
    try {
      for (;;) {
        this.tries += 1;
        // Each try follows from the failure of the one before.
        // oxlint-disable-next-line no-await-in-loop
        const fetched = await this.#try(handle, parts);
        if (fetched !== null) return fetched;
        // oxlint-disable-next-line no-await-in-loop
        await clock.sleep(pauseMs, signal);
        this.#refuseLate();
      }
    } finally {
      await names.close();
    }
  }

  /** null: it may succeed with the next try. Throws a Failure when it will not. */
  async #try(handle: FileHandle, parts: FetchParts): Promise<Fetched | null> {
    try {
      return await fetchState(handle, parts);
    } catch (error) {
      this.#refuseLate();
      if (!(error instanceof OrderlyError)) throw error;
      const { reason } = error.data;
      const hopeless = !passing.includes(error.code) || reason === 'handshake';
      if (hopeless || this.tries >= triesMax) throw failureOf(error, 'cluster');
      this.#progress.clear();
      if (!this.#wish.json) {
        this.#terminal.say(`starting again (try ${this.tries + 1} of ${triesMax}): `
          + error.message);
      }
      return null;
    }
  }

  #refuseLate(): void {
    if (this.#io.stop.aborted) throw this.#progress.stopped();
    if (!this.#late.signal.aborted) return;
    throw new Failure({
      code: 'timeout',
      exitCode: exitCodes.timeout,
      what: `No backup within ${this.#wish.config.timeoutMs / 1_000} s.`,
      causes: ['no primary could be reached, or the copy takes longer than that'],
      fixes: ['look at `orderly server-status`, or allow more with --timeout SECONDS'],
    });
  }
}

/**
 * Writes a backup of a running cluster. What it holds: everything that was acknowledged before the
 * call, and each later order or not. Throws a Failure; the file is there whole, or not at all.
 */
export const makeBackup = (
  wish: BackupWish, io: Io, terminal: Terminal,
): Promise<BackupDone> => new Backup(wish, io, terminal).run();
