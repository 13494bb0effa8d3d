import { join } from 'node:path';
import { z } from 'zod';
import type { backendMethods, Query } from '../shared/contract/backend.ts';
import { queryResultSchema, querySchema } from '../shared/contract/backend.ts';
import { canonicalJson } from '../shared/contract/fingerprint.ts';
import type { ResultOf } from '../shared/contract/method.ts';
import type { View } from '../shared/contract/view.ts';
import type { Logger } from '../shared/runtime/logger.ts';
import { readKept, replaceFile } from './kept-file.ts';

type ReadResult = ResultOf<typeof backendMethods.read>;

const offers = new Set<Query['query']>(['shop.list', 'shop.get', 'menu.get']);
const entriesMax = 200;

const keptSchema = z.strictObject({
  /** Positions are comparable within one lineage only. */
  clusterId: z.string(),
  lineage: z.int(),
  entries: z.array(z.strictObject({
    query: querySchema, result: queryResultSchema, lsn: z.int().min(0),
  })).max(entriesMax),
});

interface Entry extends ReadResult {
  query: Query;
}

/**
 * What the shops offer, as it was last read through this front end. It is everybody's to see, and
 * whoever takes a stale answer gets this one while no back end is there: an order needs a menu.
 * Kept in the data folder (offer.json), so that it outlives the front end too.
 */
export class LastOffer {
  readonly #file: string;
  readonly #view: () => View | null;
  readonly #logger: Logger;
  readonly #known = new Map<string, Entry>();
  #onDisk = '';

  constructor(options: { dir: string; view: () => View | null; logger: Logger }) {
    this.#file = join(options.dir, 'offer.json');
    this.#view = options.view;
    this.#logger = options.logger;
  }

  /** Takes up what an earlier run knew of the same cluster. A damaged file is not used. */
  load(): void {
    try {
      const text = readKept(this.#file);
      if (text === null) return;
      const { entries, ...of } = keptSchema.parse(JSON.parse(text));
      const view = this.#view();
      if (view?.clusterId !== of.clusterId || view.lineage !== of.lineage) return;
      for (const entry of entries) this.#known.set(canonicalJson(entry.query), entry);
    } catch (error) {
      this.#logger.warn({ err: error }, 'the kept offer can not be read, starting without one');
    }
  }

  note(query: Query, { result, lsn }: ReadResult): void {
    if (!offers.has(query.query)) return;
    const key = canonicalJson(query);
    const before = this.#known.get(key);
    if (before !== undefined && before.lsn > lsn) return;
    if (before === undefined && this.#known.size >= entriesMax) return;
    this.#known.set(key, { query, result, lsn });
  }

  /** Null where nobody has asked for it yet, and for all else than offers. */
  of(query: Query): ReadResult | null {
    const entry = this.#known.get(canonicalJson(query));
    return entry === undefined ? null : { result: entry.result, lsn: entry.lsn };
  }

  /** Writes to the file what has changed since the last time. */
  async keep(): Promise<void> {
    const view = this.#view();
    const entries = [...this.#known.values()];
    const offered = JSON.stringify(entries.map(({ query, result }) => [query, result]));
    if (view === null || offered === this.#onDisk) return;
    const { clusterId, lineage } = view;
    const kept: z.infer<typeof keptSchema> = { clusterId, lineage, entries };
    try {
      await replaceFile(this.#file, `${JSON.stringify(kept)}\n`);
      this.#onDisk = offered;
    } catch (error) {
      // The file only helps at a start without back ends: requests go on without it.
      this.#logger.warn({ err: error }, 'the offer could not be kept on disk');
    }
  }
}
