import type { Query, QueryResult } from '../../shared/contract/backend.ts';
import type { Menu, Order, Shop } from '../../shared/contract/order.ts';
import type { Base } from '../../shared/contract/replica.ts';
import type { Account, Session } from '../orders/account-state.ts';
import type { SnapshotOffer, StateHash, StorageOp } from '../replication/events.ts';
import type { AccountChores, AccountKey, DueOrder } from './storage.ts';

/** A result on its way between threads: the text goes as it is stored, and is parsed when used. */
export interface PackedResult {
  opId: string;
  fingerprint: string;
  lsn: number;
  text: string;
}

/** Answer to a job that is on disk: how long the flush took that put it there. */
export interface Flushed {
  ms: number;
}

/** What the engine is asked to do, and what it gives back. */
export interface JobTypes {
  persist: { job: { ops: StorageOp[] }; answer: Flushed };
  'set-cluster-id': { job: { clusterId: string }; answer: Flushed };
  apply: {
    job: { upTo: number };
    answer: { results: PackedResult[]; stateHash: StateHash | null };
  };
  'find-result': { job: { opId: string }; answer: PackedResult | null };
  query: {
    job: { query: Query; owner: string | null };
    answer: { result: QueryResult; lsn: number };
  };
  'find-account': { job: { key: AccountKey }; answer: Account | null };
  'find-session': {
    job: { id: string };
    answer: { session: Session; account: Account } | null;
  };
  'account-chores': { job: { expiredBefore: string; limit: number }; answer: AccountChores };
  catalogue: {
    job: { shopId: string | undefined };
    answer: { shop: Shop; menu: Menu } | null;
  };
  'orders-ahead': { job: { shopId: string }; answer: number };
  'unverified-orders': { job: { limit: number }; answer: Order[] };
  'due-orders': { job: { now: string; limit: number }; answer: DueOrder[] };
  'count-orders': { job: object; answer: number };
  /** Answered when everything asked before is committed. */
  commit: { job: object; answer: Flushed };
  'install-snapshot': { job: { file: string; offer: SnapshotOffer }; answer: Base };
  close: { job: object; answer: Flushed };
}

export type JobKind = keyof JobTypes;
export type JobOf<K extends JobKind> = { kind: K } & JobTypes[K]['job'];
export type AnswerOf<K extends JobKind> = JobTypes[K]['answer'];
export type Job = { [K in JobKind]: JobOf<K> }[JobKind];

/** Answered as soon as executed: nothing is lost with them, as the log holds what they show. */
const immediateKinds: ReadonlySet<JobKind> = new Set([
  'apply', 'find-result', 'query', 'catalogue', 'orders-ahead', 'unverified-orders', 'count-orders',
  'due-orders',
  'find-account', 'find-session', 'account-chores',
]);

/** Whether a job is answered before its transaction is on disk. */
export const isImmediate = (job: Job): boolean => immediateKinds.has(job.kind);
