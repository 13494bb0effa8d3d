import type { Entry, PeerMessage } from '../../../shared/contract/replica.ts';
import type { View } from '../../../shared/contract/view.ts';
import { type CoreConfig, defaultCoreConfig } from '../config.ts';
import { ReplicaCore } from '../core.ts';
import type { CoreImage, Effect, Event, Outcome, StorageOp } from '../events.ts';

/** One core, stepped by hand: the test is its disk, its state machine and its network. */

export const storeNamed = (letter: string): string => letter.repeat(32);
export const a = storeNamed('a');
export const b = storeNamed('b');
export const c = storeNamed('c');
export const d = storeNamed('d');

/** View 1 of three stores led by a, unless told otherwise; its hash is its content. */
export const aView = (parts: Partial<View> = {}): View => {
  const view = {
    clusterId: '0'.repeat(32), group: 'main', lineage: 1, viewNumber: 1, epoch: 1,
    primary: a, primaryBoot: 1, inSync: [a, b, c], minInSync: 1, featureLevel: 1,
    addresses: {}, reason: '', seal: '', ...parts,
  };
  const { viewNumber, epoch, primary, primaryBoot, inSync, minInSync } = view;
  const docHash = JSON.stringify([viewNumber, epoch, primary, primaryBoot, inSync, minInSync]);
  return { docHash, ...view };
};

export const anEntry = (lsn: number, epoch: number, parts: Partial<Entry> = {}): Entry =>
  ({ lsn, epoch, kind: 'op', opId: `op-${lsn}-${epoch}`, payload: `p${lsn}`, ...parts });

/** Entries from first to last of one epoch. */
export const someEntries = (first: number, last: number, epoch: number): Entry[] =>
  Array.from({ length: last - first + 1 }, (_, n) => anEntry(first + n, epoch));

type Kind<K extends PeerMessage['kind']> = Extract<PeerMessage, { kind: K }>;

/** Of epoch 1, entries from 1 on; what comes before them follows from them. */
export const anAppend = (parts: Partial<Kind<'append'>> = {}): Kind<'append'> => ({
  kind: 'append', epoch: 1, viewNumber: 1, seq: 1, prevLsn: (parts.entries?.[0]?.lsn ?? 1) - 1,
  prevEpoch: 0, entries: [], commitLsn: 0, view: null, ...parts,
});

export const anOffer = (lsn: number, epoch = 1) =>
  ({ base: { lsn, epoch }, snapshotId: 'e'.repeat(32), bytes: 10, sha256: 'f'.repeat(64) });

export interface StepperOptions extends Partial<CoreImage> {
  config?: Partial<CoreConfig>;
}

export class Stepper {
  readonly core: ReplicaCore;
  #tokens: number[] = [];
  #applies: number[] = [];
  #lastReq = 0;

  constructor({ config, ...image }: StepperOptions = {}) {
    this.core = new ReplicaCore({
      storeId: a, boot: 1, epochSeen: image.view?.epoch ?? 0, view: null,
      base: { lsn: 0, epoch: 0 }, entries: [], appliedLsn: image.base?.lsn ?? 0, ...image,
    }, { ...defaultCoreConfig, ...config });
  }

  get status() {
    return this.core.inspect();
  }

  step(...events: Event[]): Effect[] {
    const effects = events.flatMap((event) => this.core.step(event));
    for (const effect of effects) {
      if (effect.kind === 'persist') this.#tokens.push(effect.token);
      if (effect.kind === 'apply') this.#applies.push(effect.upTo);
    }
    return effects;
  }

  /** A number that no request has had. */
  nextReq(): number {
    this.#lastReq += 1;
    return this.#lastReq;
  }

  /** The disk reports its oldest unit. */
  persisted(ms = 1): Effect[] {
    const token = this.#tokens.shift() ?? 0;
    return this.step({ kind: 'persisted', token, ms });
  }

  /** The state machine reports what it was asked for first. */
  applied(): Effect[] {
    return this.step({ kind: 'applied', upTo: this.#applies.shift() ?? 0, stateHash: null });
  }

  /** Disk and state machine do all that they were asked to. */
  settle(): Effect[] {
    const effects = this.step({ kind: 'flush' });
    while (this.#tokens.length + this.#applies.length > 0) {
      effects.push(...(this.#tokens.length > 0 ? this.persisted() : this.applied()));
      effects.push(...this.step({ kind: 'flush' }));
    }
    return effects;
  }

  tick(times = 1): Effect[] {
    return Array.from({ length: times }, () => this.step({ kind: 'tick' })).flat();
  }

  hear(view: View, dead: string[] = []): Effect[] {
    return this.step({ kind: 'news', news: { view, dead } });
  }

  /** The other stores are alive, first boot. */
  peers(...stores: string[]): Effect[] {
    return this.step({ kind: 'peers', peers: stores.map((storeId) => ({ storeId, boot: 1 })) });
  }

  message(from: string, message: PeerMessage, boot = 1): Effect[] {
    return this.step({ kind: 'message', from, boot, message });
  }

  /** Everything that was sent is on the disk of `from`, unless told otherwise. */
  ack(from: string, parts: Partial<Kind<'ack'>> & { boot?: number } = {}): Effect[] {
    const { boot = 1, ...told } = parts;
    const { primary } = this.core.state;
    const { epoch, viewNumber } = this.status;
    return this.message(from, {
      kind: 'ack', epoch, ok: true, viewNumber, matchLsn: primary?.persistedLsn ?? 0,
      seq: primary?.sentSeq ?? 0, hint: 0, fsyncMs: 1, stateHash: null, ...told,
    }, boot);
  }

  submit(req: number, opId = `op-${req}`): Effect[] {
    return this.step({ kind: 'submit', req, opId, payload: `payload of ${opId}` });
  }

  read(req: number): Effect[] {
    return this.step({ kind: 'read', req });
  }

  /** The other members have everything and say so, until nothing is left to do. */
  settleWith(...others: string[]): Effect[] {
    const effects = this.settle();
    for (const other of others) effects.push(...this.ack(other));
    effects.push(...this.settle());
    return effects;
  }
}

/** A primary that serves, its barrier on the disk of every member. */
export const aServingPrimary = (view = aView(), options: StepperOptions = {}): Stepper => {
  const primary = new Stepper(options);
  const others = view.inSync.filter((storeId) => storeId !== a);
  primary.peers(...others);
  primary.hear(view);
  primary.settleWith(...others);
  return primary;
};

export const sent = (effects: Effect[], to?: string): PeerMessage[] => effects.flatMap((effect) =>
  effect.kind === 'send' && (to === undefined || effect.to === to) ? [effect.message] : []);

/** Messages of one kind, to one store or to any. */
export const sentOf = <K extends PeerMessage['kind']>(
  effects: Effect[], kind: K, to?: string,
): Kind<K>[] =>
  sent(effects, to).filter((message): message is Kind<K> => message.kind === kind);

export const persists = (effects: Effect[]): StorageOp[][] =>
  effects.flatMap((effect) => (effect.kind === 'persist' ? [effect.ops] : []));

export const answers = (effects: Effect[]): [req: number, outcome: Outcome][] =>
  effects.flatMap((effect) => (effect.kind === 'answer' ? [[effect.req, effect.outcome]] : []));

export const effectsOf = <K extends Effect['kind']>(
  effects: Effect[], kind: K,
): Extract<Effect, { kind: K }>[] =>
  effects.filter((effect): effect is Extract<Effect, { kind: K }> => effect.kind === kind);

export const fatalWords = (effects: Effect[]): string[] =>
  effectsOf(effects, 'fatal').map(({ why }) => why);
