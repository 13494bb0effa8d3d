import { randomBytes } from 'node:crypto';
import { closeSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { OrderlyError } from '../../shared/contract/errors.ts';
import type { SnapshotOffer } from '../replication/events.ts';

interface Shelved {
  id: string;
  file: string;
  handle: FileHandle;
  bytes: number;
}

/** Keeps the newest snapshot of a store, and reads pieces of it. */
export class SnapshotShelf {
  readonly #dir: string;
  readonly #copy: (target: string) => Promise<Omit<SnapshotOffer, 'snapshotId'>>;
  #shelved: Shelved | null = null;
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
  async make(): Promise<SnapshotOffer> {
    while (this.#making !== null) await this.#making;
    const made = this.#makeNext();
    this.#making = made.then(() => {}, () => {}).then(() => {
      this.#making = null;
    });
    return made;
  }

  /** `not_found` when it was replaced, or never made here. */
  async read(id: string, offset: number, length: number): Promise<{ data: Buffer; total: number }> {
    const shelved = this.#shelved;
    if (shelved === null || shelved.id !== id) {
      throw new OrderlyError('not_found', 'That snapshot is not kept here any more.');
    }
    const wanted = Math.max(0, Math.min(length, shelved.bytes - offset));
    const { buffer, bytesRead } =
      await shelved.handle.read(Buffer.allocUnsafe(wanted), 0, wanted, offset);
    return { data: buffer.subarray(0, bytesRead), total: shelved.bytes };
  }

  async clear(): Promise<void> {
    await this.#making;
    await this.#discard();
  }

  async #makeNext(): Promise<SnapshotOffer> {
    const id = randomBytes(16).toString('hex');
    const file = join(this.#dir, `snapshot-${id}.db`);
    closeSync(openSync(file, 'wx', 0o600));
    const facts = await this.#copy(file);
    const handle = await open(file, 'r');
    await this.#discard();
    this.#shelved = { id, file, handle, bytes: facts.bytes };
    return { ...facts, snapshotId: id };
  }

  async #discard(): Promise<void> {
    const shelved = this.#shelved;
    if (shelved === null) return;
    this.#shelved = null;
    await shelved.handle.close();
    rmSync(shelved.file, { force: true });
  }
}
