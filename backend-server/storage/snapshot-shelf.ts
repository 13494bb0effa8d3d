import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { SnapshotOffer } from '../replication/events.ts';
import type { SnapshotPurpose } from './storage.ts';

interface Shelved {
  id: string;
  file: string;
  handle: FileHandle;
  bytes: number;
}

/** Keeps the newest snapshot for each purpose, and reads pieces of them. */
export class SnapshotShelf {
  readonly #dir: string;
  readonly #copy: (target: string) => Promise<Omit<SnapshotOffer, 'snapshotId'>>;
  readonly #shelved = new Map<SnapshotPurpose, Shelved>();
  #making: Promise<unknown> | null = null;

  /** `copy` fills an empty file with the state as it is then. */
  constructor(dir: string, copy: (target: string) => Promise<Omit<SnapshotOffer, 'snapshotId'>>) {
    this.#dir = dir;
    this.#copy = copy;
  }

  /** Settles when the copy that was asked for is complete; null when none was. */
  get making(): Promise<unknown> | null {
    return this.#making;
  }

  /** One after the other; the older one can be read until the newer one is there. */
  async make(purpose: SnapshotPurpose): Promise<SnapshotOffer> {
    while (this.#making !== null) await this.#making;
    const made = this.#makeNext(purpose);
    this.#making = made.then(() => {}, () => {}).then(() => {
      this.#making = null;
    });
    return made;
  }

  /** `not_found` when it was replaced, or never made here. */
  async read(id: string, offset: number, length: number): Promise<{ data: Buffer; total: number }> {
    const shelved = [...this.#shelved.values()].find((one) => one.id === id);
    if (shelved === undefined) {
      throw new OrderlyError('not_found', 'That snapshot is not kept here any more.');
    }
    const wanted = Math.max(0, Math.min(length, shelved.bytes - offset));
    const { buffer, bytesRead } =
      await shelved.handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    return { data: buffer.subarray(0, bytesRead), total: shelved.bytes };
  }

  async clear(): Promise<void> {
    await this.#making;
    await Promise.all([this.discard('peer'), this.discard('backup')]);
  }

  async #makeNext(purpose: SnapshotPurpose): Promise<SnapshotOffer> {
    const id = randomBytes(16).toString('hex');
    const file = join(this.#dir, `snapshot-${id}.db`);
    closeSync(openSync(file, 'wx', 0o600));
    const facts = await this.#copyOrRemove(file);
    const handle = await open(file, 'r');
    await this.discard(purpose);
    this.#shelved.set(purpose, { id, file, handle, bytes: facts.bytes });
    return { ...facts, snapshotId: id };
  }

  /** A copy that does not fit gives its room back. */
  async #copyOrRemove(file: string): Promise<Omit<SnapshotOffer, 'snapshotId'>> {
    try {
      return await this.#copy(file);
    } catch (error) {
      for (const end of ['', '-journal']) rmSync(`${file}${end}`, { force: true });
      throw error;
    }
  }

  /** Gives the space back; nobody reads it any more. */
  async discard(purpose: SnapshotPurpose): Promise<void> {
    const shelved = this.#shelved.get(purpose);
    if (shelved === undefined) return;
    this.#shelved.delete(purpose);
    await shelved.handle.close();
    rmSync(shelved.file, { force: true });
  }
}
