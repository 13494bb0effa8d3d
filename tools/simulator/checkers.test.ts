import { describe, expect, it } from 'vitest';
import type { Entry } from '../../shared/contract/replica.ts';
import type { View } from '../../shared/contract/view.ts';
import { ReplicaCore } from '../../backend-server/replication/core.ts';
import { defaultCoreConfig } from '../../backend-server/replication/config.ts';
import { must } from '../../shared/runtime/assert.ts';
import type { Done, Executed } from './model.ts';
import { type RunOptions, newWorld, optionsOf } from './run.ts';
import { SimStore } from './sim-store.ts';
import type { World } from './world.ts';
import { simSeal } from './world.ts';

const entry = (lsn: number, epoch: number, opId = `op-${lsn}`): Entry => ({
  lsn,
  epoch,
  kind: 'op',
  opId,
  payload: opId,
});

const done = (n: number, change: Partial<Done> = {}): Executed => ({
  opId: `op-${n}`,
  key: 'k',
  action: 'place',
  at: new Date(n).toISOString(),
  result: n === 1 ? 'placed' : 'exists',
  fresh: true,
  seal: 1,
  ...change,
});

const view = (viewNumber: number, change: Partial<View> = {}): View =>
  simSeal({
    clusterId: '0'.repeat(32),
    group: 'main',
    lineage: 1,
    viewNumber,
    epoch: 1,
    primary: '1000'.repeat(8),
    primaryBoot: 1,
    inSync: ['1000'.repeat(8), '2000'.repeat(8)],
    minInSync: 1,
    featureLevel: 1,
    addresses: {},
    reason: '',
    ...change,
  });

/** A world of two stores with processes whose logs hold `entries`, and nothing on disk. */
const worldOf = (...entries: Entry[]): { world: World; one: SimStore; other: SimStore } => {
  const options: RunOptions = optionsOf(1);
  const world = newWorld(options);
  const stores = ['1', '2'].map((slot) => {
    const store = new SimStore(slot, world, defaultCoreConfig);
    world.stores.push(store);
    store.start();
    const { image } = { image: store.disk.open().image };
    must(store.process, 'it was started').core = new ReplicaCore(
      { ...image, entries },
      defaultCoreConfig,
    );
    return store;
  });
  return {
    world,
    one: must(stores[0], 'two were made'),
    other: must(stores[1], 'two were made'),
  };
};

const onDisk = (store: SimStore, ...entries: Entry[]): void => {
  store.disk.durable.entries = entries;
};

/** The promise of this epoch is on its disk. */
const promised = (store: SimStore, epoch: number): void => {
  store.disk.durable.epochSeen = epoch;
  store.disk.durable.view = view(epoch);
};

const committed = (epoch: number, lsn: number) => ({ name: 'committed' as const, epoch, lsn });

describe('each checker', () => {
  it('I1: one process commits in an epoch', () => {
    const { world, one, other } = worldOf(entry(1, 1));
    world.checkers.onTrace(one, committed(1, 1));
    expect(() => world.checkers.onTrace(other, committed(1, 1))).toThrow(/I1/);
  });

  it('I2: one entry with one predecessor per lsn and epoch', () => {
    const { world, one, other } = worldOf();
    const { checkers } = world;
    checkers.onWrite(one, { op: 'append', entries: [entry(1, 1)] }, one.disk.durable);
    checkers.onWrite(other, { op: 'append', entries: [entry(1, 1)] }, other.disk.durable);
    const changed = { op: 'append' as const, entries: [entry(1, 1, 'another')] };
    expect(() => checkers.onWrite(other, changed, other.disk.durable)).toThrow(/I2/);
    const after = { ...other.disk.durable, base: { lsn: 0, epoch: 3 } };
    const moved = { op: 'append' as const, entries: [entry(1, 1)] };
    expect(() => checkers.onWrite(other, moved, after)).toThrow(/I2/);
  });

  it('I3: what is committed is on the disk of every member', () => {
    const { world, one, other } = worldOf(entry(1, 1));
    world.nameServer.saved = { view: view(2), burned: [] };
    onDisk(one, entry(1, 1));
    expect(() => world.checkers.onTrace(one, committed(1, 1))).toThrow(/I3.*s2/);
    onDisk(other, entry(1, 1));
    world.checkers.onTrace(one, committed(1, 1));
  });

  it('I4: an acknowledgement speaks of what is on the disk', () => {
    const { world, one } = worldOf(entry(1, 1));
    const ack = {
      kind: 'ack' as const,
      epoch: 1,
      ok: true,
      viewNumber: 1,
      matchLsn: 1,
      seq: 0,
      hint: 0,
      fsyncMs: 0,
      stateHash: null,
    };
    promised(one, 1);
    expect(() => world.checkers.onSend(one, ack)).toThrow(/I4/);
    onDisk(one, entry(1, 1));
    world.checkers.onSend(one, ack);
  });

  it('I5: no member cuts what is committed', () => {
    const { world, one, other } = worldOf(entry(1, 1));
    onDisk(one, entry(1, 1));
    onDisk(other, entry(1, 1));
    world.checkers.onTrace(one, committed(1, 1));
    const cut = { op: 'cut' as const, from: 1 };
    // It is in no set, and has not heard of the commit.
    world.checkers.onWrite(other, cut, other.disk.durable);
    world.nameServer.saved = { view: view(2), burned: [] };
    expect(() => world.checkers.onWrite(other, cut, other.disk.durable)).toThrow(/I5/);
  });

  it('I6: later primaries commit the same, and nothing else is executed', () => {
    const { world, one, other } = worldOf(entry(1, 1));
    world.checkers.onTrace(one, committed(1, 1));
    must(other.process, 'it lives').core.state.log.reset({ lsn: 0, epoch: 0 });
    must(other.process, 'it lives').core.state.log.append(entry(1, 2));
    expect(() => world.checkers.onTrace(other, committed(2, 1))).toThrow(/I6/);
    const run = (store: SimStore, executed: Executed): void => {
      store.disk.state.executed.push(executed);
      world.checkers.onApplied(store, { executed: [executed], stateHash: null });
    };
    run(one, done(1));
    expect(() => run(other, done(1, { result: 'exists' }))).toThrow(/I6/);
    expect(() => run(one, done(2))).toThrow(/I6.*not committed/);
  });

  it('I7: a promise is known after a restart', () => {
    const { world, one } = worldOf();
    const beat = {
      kind: 'append' as const,
      epoch: 3,
      viewNumber: 3,
      seq: 1,
      prevLsn: 0,
      prevEpoch: 0,
      entries: [],
      commitLsn: 0,
      view: null,
    };
    expect(() => world.checkers.onSend(one, beat)).toThrow(/I7.*on its disk/);
    promised(one, 3);
    world.checkers.onSend(one, beat);
    const { image } = one.disk.open();
    expect(() => world.checkers.onStart({ ...image, epochSeen: 2 }, null)).toThrow(/I7/);
    world.checkers.onStart({ ...image, epochSeen: 3 }, null);
  });

  it('I8: the set keeps its minimum, and its members give the primary', () => {
    const { checkers } = worldOf().world;
    const [first] = view(1).inSync;
    const small = view(2, { inSync: [first ?? ''], minInSync: 2 });
    expect(() => checkers.onView(view(1), small)).toThrow(/I8.*shrank/);
    const stranger = view(2, { primary: '3000'.repeat(8) });
    expect(() => checkers.onView(view(1), stranger)).toThrow(/I8.*primary/);
    expect(() => checkers.onView(view(2), view(2))).toThrow(/I7/);
  });

  it('I9, time and I13: an op has its effect once, later than the last, and one state', () => {
    const { world, one } = worldOf(entry(1, 1), entry(2, 1));
    const { checkers } = world;
    checkers.onTrace(one, committed(1, 2));
    const run = (executed: Executed, hash: string | null = null): void => {
      one.disk.state.executed.push(executed);
      const lsn = one.disk.state.executed.length;
      const stateHash = hash === null ? null : { lsn: 1, hash };
      checkers.onApplied(one, { executed: [executed], stateHash });
      expect(lsn).toBeGreaterThan(0);
    };
    run(done(1), 'a');
    const again = done(1, { at: new Date(5).toISOString() });
    expect(() => run(again)).toThrow(/I9/);
    one.disk.state.executed.pop();
    expect(() => run(done(2, { at: new Date(1).toISOString() }))).toThrow(/time goes back/);
    one.disk.state.executed.pop();
    expect(() => run(done(2), 'b')).toThrow(/I13/);
  });

  it('I10: what is answered is recorded, committed and on so many disks, and stays', () => {
    const { world, one } = worldOf(entry(1, 1));
    const { checkers } = world;
    const answer = { opId: 'op-1', result: 'placed' as const, lsn: 1, copies: 1 };
    expect(() => checkers.onAcknowledged(one, answer)).toThrow(/I10/);
    checkers.onTrace(one, committed(1, 1));
    checkers.history.add(done(1));
    expect(() => checkers.onAcknowledged(one, answer)).toThrow(/copies/);
    onDisk(one, entry(1, 1));
    expect(checkers.onAcknowledged(one, answer)).toBe('placed');
    expect(() => checkers.atEnd(new Map([['op-2', 'placed']]))).toThrow(/I10/);
  });

  it('I11: a read shows one committed instant, and what was answered before it came', () => {
    const { world, one } = worldOf(entry(1, 1));
    const { checkers } = world;
    const keys = ['k'];
    const shown = { registers: ['placed' as const], lsn: 1 };
    const asked = { keys, atLeastLsn: 0 };
    expect(() => checkers.onRead(one, asked, shown)).toThrow(/not committed/);
    checkers.onTrace(one, committed(1, 1));
    checkers.history.add(done(1));
    checkers.onRead(one, asked, shown);
    const older = { registers: ['placed' as const], lsn: 0 };
    expect(() => checkers.onRead(one, asked, older)).toThrow(/I11/);
    const stale = { registers: ['absent' as const], lsn: 0 };
    checkers.onRead(one, asked, stale);
    expect(() => checkers.onRead(one, { keys, atLeastLsn: 1 }, stale)).toThrow(/I11/);
  });

  it('I12: a 202 ends, and as what is recorded', () => {
    const { checkers } = worldOf().world;
    checkers.onAccepted('op-1');
    expect(() => checkers.atEnd(new Map())).toThrow(/I12/);
    expect(() => checkers.onEnded('op-1', 'placed')).toThrow(/I12/);
    checkers.history.add(done(1));
    expect(() => checkers.onEnded('op-1', 'expired')).toThrow(/I12/);
    expect(checkers.onEnded('op-1', 'placed')).toBe('placed');
    checkers.atEnd(new Map());
  });

  it('a store that lost nothing is not burned', () => {
    const { checkers } = worldOf().world;
    expect(() => checkers.onBurned(['1000'.repeat(8)])).toThrow(/burned/);
  });
});
