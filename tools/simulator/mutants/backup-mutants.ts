import type { Mutant } from './mutant.ts';

const file = 'backend-server/replication/backup.js';

/** Bugs of a backup or learner: what it stores, cuts and acknowledges. */
export const backupMutants: readonly Mutant[] = [
  {
    name: 'backup-acks-before-fsync',
    origin: 'protocol',
    breaks: 'A backup acknowledges entries that are still on their way to its disk.',
    file,
    find: 'sendDurable(s, from, ack(s, what.seq, { ok: true, matchLsn: what.matchLsn })); return;',
    replace:
      'sendPromised(s, from, ack(s, what.seq, { ok: true, matchLsn: what.matchLsn })); return;',
  },
  {
    name: 'no-epoch-check',
    origin: 'protocol',
    breaks: 'A backup takes appends of an epoch that is over.',
    file,
    find: 'if (message.epoch < s.epochSeen) {',
    replace: 'if (false) {',
    also: [{ file, find: 'if (s.view?.primary !== from)', replace: 'if (false)' }],
  },
  {
    name: 'epoch-not-persisted',
    origin: 'protocol',
    breaks: 'An adopted view and its epoch are forgotten when the process ends.',
    file: 'backend-server/replication/view.js',
    find: "persist(s, [{ op: 'hard-state', epochSeen: s.epochSeen, view }]);",
    replace: '',
  },
  {
    name: 'snapshot-ack-before-fsync',
    origin: 'protocol',
    breaks: 'A snapshot is acknowledged when it is offered, not when it is on disk.',
    file,
    find: "emit(s, { kind: 'install-snapshot', from, offer });",
    replace: `emit(s, { kind: 'install-snapshot', from, offer });
    sendPromised(s, from, ack(s, message.seq, { ok: true, matchLsn: base.lsn }));`,
  },
  {
    name: 'forget-truncation',
    origin: 'protocol',
    breaks: 'Entries that differ from those of the primary are kept.',
    file,
    find: '(entry) => entry.lsn > base.lsn && s.log.epochAt(entry.lsn) !== entry.epoch',
    replace: '(entry) => entry.lsn > base.lsn && s.log.epochAt(entry.lsn) === null',
  },
  {
    name: 'truncate-on-stale-append',
    origin: 'protocol',
    breaks: 'An append that brings nothing new cuts everything behind its last entry.',
    file,
    find: 'if (first === undefined) return false;',
    replace: `if (first === undefined) {
      const end = entries.at(-1)?.lsn ?? s.log.lastLsn;
      if (end < base.lsn || end >= s.log.lastLsn) return false;
      s.log.cut(end + 1);
      s.generation += 1;
      s.durableLsn = Math.min(s.durableLsn, end);
      s.commitLsn = Math.min(s.commitLsn, end);
      persist(s, [{ op: 'cut', from: end + 1 }]);
      return false;
    }`,
  },
  {
    name: 'truncate-to-commit',
    origin: 'protocol',
    breaks:
      'A store whose log does not continue the append cuts it down to what it knows committed.',
    file,
    find: 'if (!known) {',
    replace: `if (!known && s.log.lastLsn > s.commitLsn) {
      s.log.cut(s.commitLsn + 1);
      s.generation += 1;
      s.durableLsn = Math.min(s.durableLsn, s.commitLsn);
      persist(s, [{ op: 'cut', from: s.commitLsn + 1 }]);
    }
    if (!known) {`,
  },
  {
    name: 'no-prev-check',
    origin: 'protocol',
    breaks: 'A backup appends behind any entry, whatever its epoch.',
    file,
    find: 's.log.epochAt(prevLsn) === message.prevEpoch;',
    replace: 'prevLsn <= s.log.lastLsn;',
  },
  {
    name: 'ack-last-not-match',
    origin: 'protocol',
    breaks: 'A backup acknowledges its last entry, not the last one that agrees with the primary.',
    file,
    find: 'acknowledge(s, from, { seq: message.seq, matchLsn, wrote });',
    replace: `acknowledge(s, from,
      { seq: message.seq, matchLsn: Math.max(matchLsn, s.log.lastLsn), wrote });`,
  },
  {
    name: 'commit-beyond-match',
    origin: 'protocol',
    breaks: 'A backup executes entries that are committed by number but differ from its own.',
    file,
    find: 'Math.min(message.commitLsn, matchLsn)',
    replace: 'Math.min(message.commitLsn, s.log.lastLsn)',
  },
  {
    name: 'generation-ignored',
    origin: 'own',
    breaks:
      'A flush begun before a cut counts for the entries that took the place of the old ones.',
    file: 'backend-server/replication/core.js',
    find: 'if (pending.generation === s.generation)',
    replace: 'if (true)',
  },
  {
    name: 'durable-kept-over-cut',
    origin: 'own',
    breaks: 'What was cut still counts as being on disk.',
    file,
    find: 's.durableLsn = Math.min(s.durableLsn, first.lsn - 1);',
    replace: '',
    also: [
      {
        file: 'backend-server/replication/core.js',
        find: 'if (pending.generation === s.generation)',
        replace: 'if (true)',
      },
    ],
  },
  {
    name: 'old-snapshot-installed',
    origin: 'own',
    seeds: 1500,
    breaks: 'A late offer of a snapshot that is older than the own state is installed.',
    file,
    find: 'if (message.base.lsn <= s.commitLsn) {',
    replace: 'if (message.base.lsn === s.commitLsn) {',
  },
  {
    name: 'wrong-hint',
    origin: 'own',
    seeds: 600,
    breaks:
      'A store that does not continue the log names its last entry, not its last committed one.',
    file,
    find: 'hint: s.commitLsn,',
    replace: 'hint: s.log.lastLsn,',
  },
  {
    name: 'older-view-adopted',
    origin: 'own',
    breaks: 'A view with a lower number takes the place of a newer one.',
    file: 'backend-server/replication/view.js',
    find: 'if (s.view !== null && view.viewNumber < s.view.viewNumber) return;',
    replace: '',
  },
  {
    name: 'answers-before-promise',
    origin: 'own',
    breaks: 'Messages of a new epoch leave before the promise of that epoch is on disk.',
    file: 'backend-server/replication/effects.js',
    find: 's.persisting.findLast((pending) => pending.promise)',
    replace: 'undefined',
  },
  {
    name: 'append-while-installing',
    origin: 'own',
    breaks: 'A backup appends to the file that a snapshot is about to replace.',
    seeds: 6000,
    file,
    find: `if (s.installing !== null)
        return;
    if (!isWellFormed(message))`,
    replace: 'if (!isWellFormed(message))',
  },
];
