import type { BeatStatus, Registration } from '../../shared/contract/nameserver.ts';
import type { View } from '../../shared/contract/view.ts';
import { must } from '../../shared/runtime/assert.ts';
import { Registry } from '../registry.ts';
import { type GroupImage, GroupRules, defaultRuleTimes, type Seal } from '../view-rules.ts';

/** The rules of one group with a registry, at a time that the test sets. */

export const storeNamed = (letter: string): string => letter.repeat(32);
export const a = storeNamed('a');
export const b = storeNamed('b');
export const c = storeNamed('c');
export const d = storeNamed('d');
export const clusterId = '0'.repeat(32);

export const plainSeal: Seal = (view) =>
  ({ ...view, docHash: `hash of ${view.viewNumber}`, seal: 'seal' });

export const aRegistration = (
  instance: string, parts: Partial<Registration> = {},
): Registration => ({
  kind: 'replica', group: 'main', id: instance.slice(0, 4), instance, boot: 1,
  address: '127.0.0.1:1', version: '0', ...parts,
});

/** Of a blank store, unless told otherwise. */
export const aStatus = (parts: Partial<BeatStatus> = {}): BeatStatus => ({
  role: 'learner', viewNumber: 0, docHash: '', epoch: 0, lastEpoch: 0, lastLsn: 0,
  hears: null, fsyncAgeMs: 0, serving: false,
  ackedEpoch: parts.lastEpoch ?? 0, ackedLsn: parts.lastLsn ?? 0,
  foundEpoch: parts.lastEpoch ?? 0, foundLsn: parts.lastLsn ?? 0, ...parts,
});

export class RuleBench {
  readonly registry = new Registry(defaultRuleTimes.leaseMs);
  rules: GroupRules;
  nowMs = 1_000_000;

  constructor(image: Partial<GroupImage> = {}) {
    this.rules = this.#make(image);
  }

  #make(image: Partial<GroupImage>): GroupRules {
    return new GroupRules({
      clusterId, registry: this.registry, times: defaultRuleTimes, seal: plainSeal,
      nowMs: this.nowMs, image: { group: 'main', view: null, burned: [], ...image },
    });
  }

  get view(): View {
    return must(this.rules.view, 'the group has a view by now');
  }

  /** The numbers of the view that tell who leads since when. */
  get lead() {
    const { viewNumber, epoch, primary, primaryBoot } = this.view;
    return { viewNumber, epoch, primary, primaryBoot };
  }

  wait(ms: number): void {
    this.nowMs += ms;
  }

  /** A store says that it lives, knowing the present view unless told otherwise. */
  beat(instance: string, parts: Partial<BeatStatus> = {}, boot = 1): void {
    const registration = aRegistration(instance, { boot });
    const { viewNumber = 0, docHash = '', epoch = 0 } = this.rules.view ?? {};
    const status = aStatus({ viewNumber, docHash, epoch, lastEpoch: epoch, lastLsn: 1, ...parts });
    this.registry.put(registration, status, this.nowMs);
    this.rules.onBeat(registration, status, this.nowMs);
  }

  /** A front end says that it lives. */
  frontend(instance: string): void {
    this.registry.put(aRegistration(instance, { kind: 'frontend' }), null, this.nowMs);
  }

  tick(): boolean {
    return this.rules.onTick(this.nowMs);
  }

  propose(parts: Partial<Parameters<GroupRules['propose']>[0]> = {}) {
    const { viewNumber, epoch, primary, primaryBoot, inSync } = this.view;
    return this.rules.propose({
      expect: viewNumber, epoch, primary, boot: primaryBoot, inSync, joiner: null, ...parts,
    }, this.nowMs);
  }

  suspect(parts: Partial<Parameters<GroupRules['suspect']>[0]> = {}) {
    return this.rules.suspect({
      viewNumber: this.view.viewNumber, candidate: null, frontend: 'f'.repeat(32),
      probe: 'refused', ...parts,
    }, this.nowMs);
  }

  resign(parts: Partial<Parameters<GroupRules['resign']>[0]> = {}) {
    const { viewNumber, primary, primaryBoot } = this.view;
    return this.rules.resign({
      expect: viewNumber, primary, boot: primaryBoot, to: null, ...parts,
    }, this.nowMs);
  }

  join(storeId: string): void {
    this.propose({ inSync: [...this.view.inSync, storeId], joiner: { storeId, boot: 1 } });
  }
}

/** A name server that has run for long: a leads and serves, the others are in sync. */
export const aGroup = (...others: string[]): RuleBench => {
  const bench = new RuleBench();
  bench.beat(a, { viewNumber: 0, docHash: '', lastLsn: 0 });
  for (const other of others) {
    bench.beat(other, { lastLsn: 0 });
    bench.join(other);
  }
  bench.wait(60_000);
  for (const one of [a, ...others]) bench.beat(one, { serving: one === a, lastLsn: 10 });
  return bench;
};
