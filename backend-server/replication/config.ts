/** Numbers of the core, in ticks where they are times. Reasons beside each (PROTOCOL 3.9). */
export interface CoreConfig {
  /** Sign of life to every store: a fifth of the lease leaves room for lost ones. */
  heartbeatTicks: number;
  /** A member that did not keep up for so long leaves the in-sync set; longer than a slow flush. */
  lagTicks: number;
  /** An unanswered proposal is sent again after this. */
  proposalTicks: number;
  /** The primary's own disk gets this long before it resigns. */
  ownDiskTicks: number;
  /** A hand-over waits so long for its target to have everything. */
  handOverTicks: number;
  batchEntriesMax: number;
  batchBytesMax: number;
  /** Entries sent to a store and not yet acknowledged. */
  windowEntries: number;
  uncommittedEntriesMax: number;
  uncommittedBytesMax: number;
  waitingReadsMax: number;
  /** The log is compacted beyond this, down to compactKeep. */
  compactEntries: number;
  compactBytes: number;
  compactKeepEntries: number;
}

export const defaultCoreConfig: CoreConfig = {
  heartbeatTicks: 5,
  lagTicks: 15,
  proposalTicks: 3,
  ownDiskTicks: 20,
  handOverTicks: 20,
  batchEntriesMax: 256,
  batchBytesMax: 1_048_576,
  windowEntries: 2048,
  uncommittedEntriesMax: 1024,
  uncommittedBytesMax: 8_388_608,
  waitingReadsMax: 4096,
  compactEntries: 8000,
  compactBytes: 33_554_432,
  compactKeepEntries: 2000,
};
