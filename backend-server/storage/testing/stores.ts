import type { Storage } from '../storage.ts';
import { append, sampleClusterId, sampleEntries } from './sample-log.ts';

/** A place where a store lives; `open` after `close` finds what was there. */
export interface StorePlace {
  open(): Promise<Storage>;
  remove(): Promise<void>;
}

/** The stores of one conformance test. */
export interface Stores {
  /** The store of this test; another object after `reopen`. */
  current: () => Storage;
  /** One more store, blank. The test closes it. */
  another: () => Promise<Storage>;
  reopen: () => Promise<Storage>;
}

/** Appends the sample entries up to `to` and applies them. */
export async function fill(storage: Storage, to: number): Promise<void> {
  await storage.setClusterId(sampleClusterId);
  await storage.persist([append(...sampleEntries(1, to))]);
  await storage.apply(to);
}
