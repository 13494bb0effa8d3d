import { randomBytes } from 'node:crypto';
import type { Database, Statement } from 'better-sqlite3';
import type { View } from '../../shared/contract/view.ts';
import { firstChain } from './entry-seal.ts';
import { firstStateHash } from './state-hash.ts';
import { DamageError } from './damage.ts';
import { checkSeal, sealOf } from './row-seal.ts';

/** The one row of `meta`, in the names and types of its columns. */
interface MetaRow {
  cluster_id: string | null;
  store_id: string;
  boot: number;
  epoch_seen: number;
  view: string | null;
  base_lsn: number;
  base_epoch: number;
  base_chain: string;
  applied_lsn: number;
  applied_epoch: number;
  applied_chain: string;
  rolling_hash: string;
  kept_hash_lsn: number;
  kept_hash: string;
  order_count: number;
}

type SealedRow = MetaRow & { seal: number };

const columns = [
  'cluster_id', 'store_id', 'boot', 'epoch_seen', 'view', 'base_lsn', 'base_epoch', 'base_chain',
  'applied_lsn', 'applied_epoch', 'applied_chain', 'rolling_hash', 'kept_hash_lsn', 'kept_hash',
  'order_count',
] as const satisfies readonly (keyof MetaRow)[];

/**
 * The meta row in memory. Changes stay here until `save`, which the engine calls once in each
 * transaction, so that they are on disk together with what they describe or not at all.
 */
export class Meta {
  readonly row: MetaRow;
  readonly #save: Statement;
  #view: View | null;
  #changed = false;

  constructor(db: Database) {
    const sealed = db.prepare<[], SealedRow>(`SELECT ${columns.join(', ')}, seal FROM meta`).get();
    if (sealed === undefined) throw new DamageError('the store does not say who it is');
    const { seal, ...row } = sealed;
    checkSeal(seal, 'the meta row', JSON.stringify(row));
    this.row = row;
    this.#view = row.view === null ? null : JSON.parse(row.view) as View;
    const assignments = columns.map((column) => `${column} = @${column}`);
    this.#save = db.prepare(`UPDATE meta SET ${assignments.join(', ')}, seal = @seal`);
  }

  get view(): View | null {
    return this.#view;
  }

  set view(view: View | null) {
    this.#view = view;
    this.set({ view: view === null ? null : JSON.stringify(view) });
  }

  set(changes: Partial<MetaRow>): void {
    Object.assign(this.row, changes);
    this.#changed = true;
  }

  save(): void {
    if (!this.#changed) return;
    this.#save.run({ ...this.row, seal: sealOf(JSON.stringify(this.row)) });
    this.#changed = false;
  }
}

/** Gives a new file its identity: 128 random bits that no other store ever has. */
export function insertMeta(db: Database): void {
  const row: MetaRow = {
    cluster_id: null,
    store_id: randomBytes(16).toString('hex'),
    boot: 0,
    epoch_seen: 0,
    view: null,
    base_lsn: 0,
    base_epoch: 0,
    base_chain: firstChain,
    applied_lsn: 0,
    applied_epoch: 0,
    applied_chain: firstChain,
    rolling_hash: firstStateHash,
    kept_hash_lsn: 0,
    kept_hash: firstStateHash,
    order_count: 0,
  };
  const values = columns.map((column) => `@${column}`);
  db.prepare(`INSERT INTO meta VALUES (1, ${values.join(', ')}, @seal)`)
    .run({ ...row, seal: sealOf(JSON.stringify(row)) });
}
