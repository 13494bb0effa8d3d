import { describe, it, expect } from 'vitest';
import { ERRORS, OrderlyError } from '../shared/contract/errors.ts';
import type { ErrorCode } from '../shared/contract/errors.ts';
import type { ReplicaStatus } from '../shared/contract/replica.ts';
import type { View } from '../shared/contract/view.ts';
import { must } from '../shared/runtime/assert.ts';
import { isFromTransport, newsOf, PrimaryTracker } from './primary-tracker.ts';

const storeA = 'a'.repeat(32);
const storeB = 'b'.repeat(32);
const clusterId = 'c'.repeat(32);

const viewOf = (viewNumber: number, changes: Partial<View> = {}): View => ({
  clusterId, group: 'main', lineage: 1, viewNumber, epoch: viewNumber, primary: storeA,
  primaryBoot: 1, inSync: [storeA, storeB], minInSync: 1, featureLevel: 1,
  addresses: { [storeA]: '127.0.0.1:1', [storeB]: '127.0.0.1:2' }, reason: 'test',
  docHash: `hash-${viewNumber}`, seal: 'seal', ...changes,
});

const statusOf = (changes: Partial<ReplicaStatus>): ReplicaStatus => ({
  id: 'backend-2', group: 'main', storeId: storeB, boot: 1, clusterId, address: '127.0.0.1:2',
  version: '0.1.0', pid: 1, role: 'primary', state: 'serving', down: false, viewNumber: 5,
  docHash: '', epoch: 5, lastEpoch: 5, lastLsn: 1, commitLsn: 1, appliedLsn: 1, ackedLsn: 1,
  hears: null, fsyncAgeMs: 0, orders: 0, uptimeS: 0, geocoders: [], ...changes,
});

function trackerAt(view: View): PrimaryTracker {
  const tracker = new PrimaryTracker('main');
  expect(tracker.adopt(view)).toBe('newer');
  return tracker;
}

const beliefOf = (tracker: PrimaryTracker) => must(tracker.belief, 'a view was adopted');

describe('PrimaryTracker adopting views', () => {
  it('believes nothing before the first view', () => {
    const tracker = new PrimaryTracker('main');
    expect(tracker.belief).toBeNull();
  });

  it('follows the primary of the view with the highest number', () => {
    const tracker = trackerAt(viewOf(3));
    expect(tracker.adopt(viewOf(4, { primary: storeB }))).toBe('newer');
    expect(beliefOf(tracker)).toEqual(
      { viewNumber: 4, epoch: 4, primary: storeB, address: '127.0.0.1:2' },
    );
  });

  it('keeps its belief when an older view comes in late', () => {
    const tracker = trackerAt(viewOf(4, { primary: storeB }));
    expect(tracker.adopt(viewOf(3))).toBe('older');
    expect(beliefOf(tracker).primary).toBe(storeB);
  });

  it('refuses a view of another cluster, group or an older lineage, and a second one of a number',
    () => {
      const tracker = trackerAt(viewOf(3, { lineage: 2 }));
      const foreign = [
        viewOf(9, { clusterId: 'd'.repeat(32), lineage: 2 }), viewOf(9, { group: 'other' }),
        viewOf(9, { lineage: 1 }), viewOf(3, { lineage: 2, docHash: 'another' }),
      ];
      for (const view of foreign) expect(tracker.adopt(view)).toBe('foreign');
      expect(beliefOf(tracker).viewNumber).toBe(3);
    });

  it('does not count a change of members as a move of the primary', () => {
    const tracker = trackerAt(viewOf(3));
    const before = beliefOf(tracker);
    tracker.adopt(viewOf(4, { epoch: 3, inSync: [storeA] }));
    expect(beliefOf(tracker).viewNumber).toBe(4);
    expect(tracker.movedSince(before)).toBe(false);
  });

  it('has no address for a primary that the view does not locate', () => {
    expect(beliefOf(trackerAt(viewOf(1, { addresses: {} }))).address).toBeNull();
  });
});

describe('PrimaryTracker hearing claims', () => {
  it('follows a member that is primary of a higher view', () => {
    const tracker = trackerAt(viewOf(3));
    expect(tracker.claim(statusOf({}))).toBe(true);
    expect(beliefOf(tracker)).toMatchObject({ viewNumber: 5, primary: storeB });
    expect(tracker.view?.viewNumber).toBe(3);
  });

  it('does not follow a backup, a primary that is down, an old view or another cluster', () => {
    const tracker = trackerAt(viewOf(5));
    const refused: Partial<ReplicaStatus>[] = [
      { viewNumber: 6, role: 'backup' }, { viewNumber: 6, down: true }, { viewNumber: 5 },
      { viewNumber: 6, clusterId: 'd'.repeat(32) }, { viewNumber: 6, group: 'other' },
    ];
    for (const changes of refused) expect(tracker.claim(statusOf(changes))).toBe(false);
    expect(beliefOf(tracker).primary).toBe(storeA);
  });

  it('keeps a claim against a view with a lower number, and drops it for one as high', () => {
    const tracker = trackerAt(viewOf(3));
    tracker.claim(statusOf({}));
    tracker.adopt(viewOf(4));
    expect(beliefOf(tracker).primary).toBe(storeB);
    tracker.adopt(viewOf(5, { primary: storeA }));
    expect(beliefOf(tracker).primary).toBe(storeA);
  });
});

describe('PrimaryTracker judging failures', () => {
  const judge = (code: ErrorCode, data = {}, moved = false) => {
    const tracker = trackerAt(viewOf(3));
    const sentTo = beliefOf(tracker);
    if (moved) tracker.adopt(viewOf(4, { primary: storeB }));
    return tracker.judge(new OrderlyError(code, undefined, data), sentTo);
  };

  it('suspects a primary that refuses the connection, without looking again', () => {
    expect(judge('unavailable', { reason: 'refused' }))
      .toEqual({ next: 'suspect', mayHaveRun: false, suspicion: 'refused', look: false });
  });

  it('looks at a primary whose connection broke or that did not answer, before it is suspected',
    () => {
      expect(judge('outcome_unknown', { reason: 'reset' }))
        .toEqual({ next: 'suspect', mayHaveRun: true, suspicion: 'reset', look: true });
      expect(judge('outcome_unknown', { reason: 'timeout' }))
        .toEqual({ next: 'suspect', mayHaveRun: true, suspicion: 'timeout', look: true });
    });

  it('suspects a primary that says it is down', () => {
    expect(judge('down')).toMatchObject({ next: 'suspect', suspicion: 'down', mayHaveRun: false });
  });

  it('never suspects the primary because somebody answers that it is not primary', () => {
    expect(judge('not_primary')).toMatchObject({ next: 'pause', mayHaveRun: false, lost: true });
  });

  it('sends again at once when the belief has moved meanwhile', () => {
    expect(judge('not_primary', {}, true)).toEqual({ next: 'resend', mayHaveRun: false });
    expect(judge('outcome_unknown', { reason: 'reset' }, true))
      .toEqual({ next: 'resend', mayHaveRun: true });
    expect(judge('unavailable', { reason: 'refused' }, true))
      .toEqual({ next: 'resend', mayHaveRun: false });
  });

  it('waits as long as a busy back end asks, one second at most', () => {
    expect(judge('overloaded', { retry_after_ms: 250 }))
      .toEqual({ next: 'pause', mayHaveRun: false, waitMs: 250, lost: false });
    expect(judge('overloaded', { retry_after_ms: 60_000 })).toMatchObject({ waitMs: 1_000 });
  });

  it('remembers that an unknown outcome may have run', () => {
    expect(judge('outcome_unknown')).toMatchObject({ next: 'pause', mayHaveRun: true });
  });

  it('hands every other error to the caller', () => {
    const retried = new Set([
      'not_primary', 'unavailable', 'overloaded', 'outcome_unknown', 'down',
    ]);
    for (const code of Object.keys(ERRORS) as ErrorCode[]) {
      if (retried.has(code)) continue;
      expect(judge(code), code).toEqual({ next: 'answer' });
      expect(judge(code, {}, true), code).toEqual({ next: 'answer' });
    }
  });

  it('takes a reason for its own transport only in the codes that the transport uses', () => {
    expect(isFromTransport(new OrderlyError('unavailable', '', { reason: 'refused' }))).toBe(true);
    expect(isFromTransport(new OrderlyError('not_found', '', { reason: 'refused' }))).toBe(false);
    expect(isFromTransport(new OrderlyError('unavailable', '', { reason: '__proto__' })))
      .toBe(false);
  });

  it('reads the news of a refusal, and ignores what is no view', () => {
    const news = { view: viewOf(1, { docHash: '', seal: '' }), dead: [] };
    expect(newsOf(new OrderlyError('not_primary', '', { news }))).toEqual(news);
    expect(newsOf(new OrderlyError('not_primary', '', { news: { view: 5 } }))).toBeNull();
    expect(newsOf(new OrderlyError('not_primary'))).toBeNull();
  });
});
