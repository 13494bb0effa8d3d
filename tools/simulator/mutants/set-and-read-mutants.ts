import type { Mutant } from './mutant.ts';

const commit = 'backend-server/replication/commit.js';
const primary = 'backend-server/replication/primary.js';
const inSyncSet = 'backend-server/replication/in-sync-set.js';

/** Bugs of the in-sync set: who counts, and when. */
const setMutants: readonly Mutant[] = [
  {
    name: 'shrink-before-confirmed',
    origin: 'protocol',
    breaks: 'A member that was proposed out is not waited for, before the name server agrees.',
    file: commit,
    find: 'const stores = new Set(view.inSync);',
    replace: 'const stores = new Set(s.primary?.proposal?.current.inSync ?? view.inSync);',
  },
  {
    name: 'joiner-not-counted',
    origin: 'protocol',
    breaks: 'A store that was proposed in is not waited for while the outcome is open.',
    file: commit,
    find: 'stores.add(storeId);',
    replace: ';',
  },
  {
    name: 'joiner-too-early',
    origin: 'protocol',
    breaks: 'A store is proposed in before it has everything that is committed.',
    file: inSyncSet,
    find: 'peer.matchLsn >= s.commitLsn && peer.matchLsn >= p.barrierLsn &&',
    replace: '',
  },
  {
    name: 'refusal-is-final',
    origin: 'protocol',
    seeds: 3000,
    breaks: 'A refused proposal is forgotten, though a late copy of it may still be accepted.',
    file: inSyncSet,
    find: 'open.refused = true;',
    replace: 's.primary.proposal = null;',
  },
  {
    name: 'min-in-sync-off',
    origin: 'own',
    breaks: 'The set may shrink below its minimum.',
    file: 'nameserver/view-rules.js',
    find: 'set.size < view.inSync.length && set.size < view.minInSync',
    replace: 'false',
    also: [{ file: inSyncSet, find: 'view.inSync.length - 1 >= view.minInSync', replace: 'true' }],
  },
];

/** Bugs of reads: each answers from a primary that may have been replaced. */
const readMutants: readonly Mutant[] = [
  {
    name: 'read-without-confirmation',
    origin: 'protocol',
    by: ['I10', 'I11'],
    breaks: 'A read is answered without asking the set.',
    file: commit,
    find: 'read.seq <= confirmed &&',
    replace: '',
  },
  {
    name: 'read-confirmed-by-any-one',
    origin: 'protocol',
    by: ['I10', 'I11'],
    seeds: 3000,
    breaks: 'One other store is enough to confirm a read.',
    file: commit,
    find: 'let confirmed = Number.MAX_SAFE_INTEGER;',
    replace: 'let confirmed = needed(s).length > 1 ? 0 : Number.MAX_SAFE_INTEGER;',
    also: [
      {
        file: commit,
        find: 'confirmed = Math.min(confirmed,',
        replace: 'confirmed = Math.max(confirmed,',
      },
    ],
  },
  {
    name: 'read-joins-old-round',
    origin: 'protocol',
    by: ['I10', 'I11'],
    seeds: 1000,
    breaks: 'A read is confirmed by a round that began before it came.',
    file: primary,
    find: 'seq: p.sentSeq + 1, index',
    replace: 'seq: p.sentSeq, index',
  },
  {
    name: 'read-ignores-open-proposal',
    origin: 'protocol',
    by: ['I10', 'I11'],
    seeds: 1000,
    breaks: 'A read is confirmed by the known set, not by those that may have joined.',
    file: commit,
    find: 'let confirmed = Number.MAX_SAFE_INTEGER; for (const storeId of needed(s)) {',
    replace: 'let confirmed = Number.MAX_SAFE_INTEGER; for (const storeId of s.view.inSync) {',
  },
  {
    name: 'read-by-lease',
    origin: 'protocol',
    by: ['I10', 'I11'],
    seeds: 1000,
    breaks: 'A read is answered when every member was heard a short time ago.',
    file: commit,
    find: 'read.seq <= confirmed &&',
    replace: `(read.seq <= confirmed || needed(s).every((one) =>
      one === s.storeId || s.tick - (p.peers.get(one)?.heardTick ?? -99) <= 10)) &&`,
  },
  {
    name: 'read-below-barrier',
    origin: 'own',
    by: ['I10', 'I11'],
    breaks: 'A new primary answers reads before its barrier is committed.',
    file: commit,
    find: 'p.serving && s.appliedLsn >= read.index',
    replace: 's.appliedLsn >= Math.min(read.index, s.commitLsn)',
  },
];

export const setAndReadMutants: readonly Mutant[] = [...setMutants, ...readMutants];
