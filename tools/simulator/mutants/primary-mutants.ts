import type { Mutant } from './mutant.ts';

const commit = 'backend-server/replication/commit.js';
const activation = 'backend-server/replication/activation.js';
const primary = 'backend-server/replication/primary.js';
const core = 'backend-server/replication/core.js';
const view = 'backend-server/replication/view.js';

/** Bugs of the primary: what it counts as committed, and how it takes and leaves its role. */
export const primaryMutants: readonly Mutant[] = [
  {
    name: 'primary-counts-itself-before-fsync',
    origin: 'protocol',
    breaks: 'The primary counts its own entries as durable before they are.',
    file: commit,
    find: 'let target = s.durableLsn;',
    replace: 'let target = p.persistedLsn;',
  },
  {
    name: 'answer-before-commit',
    origin: 'protocol',
    breaks: 'An op is executed and answered before the other stores have it.',
    file: commit,
    find: 'target = Math.min(target, p.peers.get(storeId)?.matchLsn ?? 0);',
    replace: 'target = p.persistedLsn;',
  },
  {
    name: 'commit-on-majority',
    origin: 'protocol',
    breaks: 'A majority of the in-sync set is enough to commit.',
    file: commit,
    find: 'return target;',
    replace: `return needed(s)
      .map((one) => (one === s.storeId ? s.durableLsn : (p.peers.get(one)?.matchLsn ?? 0)))
      .toSorted((a, b) => b - a)[needed(s).length >> 1];`,
  },
  {
    name: 'no-barrier',
    origin: 'protocol',
    breaks: 'A new primary serves at once, without an entry of its own epoch.',
    file: activation,
    find: 'const barrierLsn = s.log.lastLsn + 1;',
    replace: 'const barrierLsn = s.appliedLsn;',
    also: [
      {
        file: activation,
        find: 'persistedLsn: barrierLsn - 1,',
        replace: 'persistedLsn: s.log.lastLsn,',
      },
      { file: activation, find: 'serving: false,', replace: 'serving: true,' },
      {
        file: activation,
        find: `s.log.append({
          lsn: barrierLsn, epoch: view.epoch, kind: 'barrier', opId: '', payload: ''
        });`,
        replace: '',
      },
      { file: commit, find: 's.log.epochAt(target) !== p.epoch', replace: 'false' },
    ],
  },
  {
    name: 'restarted-primary-resumes',
    origin: 'protocol',
    breaks: 'A primary that was started again goes on in the epoch of its former self.',
    file: core,
    find: 'this.state = initialState(image, config);',
    replace: `this.state = initialState(image, config);
      if (image.view?.primary === image.storeId) becomePrimary(this.state, image.view, []);`,
    also: [
      {
        file: core,
        find: 'import { newPeer, refreshPeers, stepDown }',
        replace: 'import { becomePrimary, newPeer, refreshPeers, stepDown }',
      },
      { file: view, find: '&& view.primaryBoot === s.boot', replace: '' },
      {
        file: 'nameserver/view-rules.js',
        find: 'if (registration.boot > primaryBoot) {',
        replace: 'if (false) {',
      },
    ],
  },
  {
    name: 'failed-instead-of-unknown',
    origin: 'protocol',
    breaks: 'A primary that steps down calls ops that were handed out certainly not done.',
    file: activation,
    find: "const kind = write.lsn > p.persistedLsn ? 'not-primary' : 'unknown';",
    replace: "const kind = 'not-primary';",
  },
  {
    name: 'flush-counts-waiting-ops',
    origin: 'own',
    breaks: 'The flush of a view counts for ops that have not been handed to the disk.',
    file: 'backend-server/replication/effects.js',
    find: 'const lastLsn = s.primary?.persistedLsn ?? s.log.lastLsn;',
    replace: 'const lastLsn = s.log.lastLsn;',
  },
  {
    name: 'tail-kept-by-step-down',
    origin: 'own',
    seeds: 1500,
    breaks: 'Ops that were never handed out stay in the log of a primary that steps down.',
    file: activation,
    find: 'if (s.log.lastLsn > p.persistedLsn)',
    replace: 'if (false)',
  },
  {
    name: 'members-assumed-complete',
    origin: 'own',
    breaks: 'A new primary takes the other stores to have all that it has.',
    file: activation,
    find: 'matchLsn: 0,',
    replace: 'matchLsn: s.log.lastLsn,',
  },
  {
    name: 'refusal-ignored',
    origin: 'own',
    breaks: 'The primary does not step back when a store says that it can not continue.',
    file: primary,
    find: 'else if (message.seq >= peer.probeSeq) {',
    replace: 'else if (false) {',
  },
  {
    name: 'acks-of-older-epoch',
    origin: 'own',
    breaks: 'A primary counts what was acknowledged to the primary of an older epoch.',
    seeds: 6000,
    file: primary,
    find: `if (message.epoch !== p.epoch)
        return 'another epoch';`,
    replace: '',
  },
  {
    name: 'snapshot-over-a-member',
    origin: 'own',
    breaks: 'A member that rejects a probe gets a snapshot over what it acknowledged.',
    seeds: 6000,
    // The log is cut often: the member's last commit has to lie before the cut.
    run: { compactEntries: 3 },
    file: primary,
    find: `if (needed(s).includes(peer.storeId))
        return;`,
    replace: '',
    also: [
      {
        file: primary,
        find: `else if (!triedBase)
        peer.nextLsn = s.log.base.lsn + 1;`,
        replace: '',
      },
    ],
  },
];
