import type { ViewAnswer } from '../../shared/contract/nameserver.ts';
import type { ReplicaStatus } from '../../shared/contract/replica.ts';
import type { View, ViewNews } from '../../shared/contract/view.ts';
import {
  type Adoption,
  type Belief,
  PrimaryTracker,
  type Suspicion,
} from '../../frontend-server/primary-tracker.ts';
import type { Random } from './random.ts';
import type { SimStore } from './sim-store.ts';
import { call } from './call.ts';
import { type World, simGroup } from './world.ts';

const lookMs = 300;
const gatherMs = 250;
const electMs = 1000;
const fetchViewMs = 500;
const pauseMsMin = 20;
const pauseMsMax = 100;
/** A suspicion may reach the name server as late as this (PROTOCOL 4.1). */
const lateElectMs = 400;

export type RoundResult = 'moved' | 'alive' | 'unchanged';
type Then = (result: RoundResult) => void;

export interface ElectorParts {
  world: World;
  random: Random;
  /** The front end: its calls come from there. */
  name: string;
  /** The random id of this process, by which the name server counts who suspects. */
  instance: string;
  electShortest: boolean;
  /** False once the process is gone. */
  current: () => boolean;
  onMoved: (belief: Belief) => void;
  onAdopted: (view: View) => void;
}

/**
 * What elector.ts and view-holder.ts do around the production PrimaryTracker, step by step, with
 * simulated calls. One round is under way at a time and all who suspect wait for it.
 */
export class SimElector {
  readonly tracker = new PrimaryTracker(simGroup);
  readonly #parts: ElectorParts;
  #round: Then[] | null = null;

  constructor(parts: ElectorParts) {
    this.#parts = parts;
  }

  get belief(): Belief | null {
    return this.tracker.belief;
  }

  adopt(view: View): Adoption {
    const before = this.belief;
    if (view.docHash === this.tracker.view?.docHash) return 'known';
    const adoption = this.tracker.adopt(view);
    if (adoption === 'foreign') this.#parts.world.checkers.violation('a view is foreign');
    if (adoption !== 'newer') return adoption;
    this.#parts.onAdopted(view);
    this.#tellWhenMoved(before);
    return adoption;
  }

  #claim(status: ReplicaStatus): void {
    const before = this.belief;
    if (this.tracker.claim(status)) this.#tellWhenMoved(before);
  }

  #tellWhenMoved(before: Belief | null): void {
    const now = this.belief;
    if (now === null || (before !== null && !this.tracker.movedSince(before))) return;
    this.#parts.onMoved(now);
  }

  suspect(sentTo: Belief, why: { suspicion: Suspicion; look: boolean }, then: Then): void {
    this.#shared(then, (finish) => {
      if (this.#movedSince(sentTo)) return finish('moved');
      if (!why.look) return this.#electRound(sentTo, why.suspicion, finish);
      return this.#lookAt(sentTo, (seen) => {
        if (this.#movedSince(sentTo)) return finish('moved');
        if (seen === 'alive') return finish('alive');
        if (seen === 'not_primary') return this.#fetchRound(sentTo, finish);
        return this.#electRound(sentTo, seen, finish);
      });
    });
  }

  /** Nobody is known to be primary, or it does not say so itself: asks the name server. */
  find(then: Then): void {
    this.#shared(then, (finish) => this.#fetchRound(this.belief, finish));
  }

  #shared(then: Then, start: (finish: Then) => void): void {
    if (this.#round !== null) {
      this.#round.push(then);
      return;
    }
    this.#round = [then];
    start((result) => {
      if (!this.#parts.current()) return;
      const waiting = this.#round ?? [];
      this.#round = null;
      for (const one of waiting) one(result);
    });
  }

  #movedSince(before: Belief | null): boolean {
    const now = this.belief;
    if (now === null) return false;
    return before === null || now.epoch !== before.epoch || now.address !== before.address;
  }

  #storeAt(address: string | null | undefined): SimStore | undefined {
    return this.#parts.world.stores.find((store) => store.address === address);
  }

  #status(store: SimStore, deadlineMs: number, done: (status: ReplicaStatus | string) => void) {
    call(this.#parts.world, {
      from: this.#parts.name,
      to: store,
      deadlineMs,
      serve: (answer: (status: ReplicaStatus) => void) => store.service.status(answer),
      done: (result) => {
        if (this.#parts.current()) done(result.ok ? result.value : result.why);
      },
    });
  }

  #lookAt(belief: Belief, then: (seen: Suspicion | 'alive' | 'not_primary') => void): void {
    const store = this.#storeAt(belief.address);
    if (store === undefined) return then('timeout');
    return this.#status(store, lookMs, (status) => {
      if (typeof status === 'string') return then(status as Suspicion);
      if (status.storeId !== belief.primary) return then('refused');
      return then(status.role === 'primary' ? 'alive' : 'not_primary');
    });
  }

  #fetchRound(before: Belief | null, then: Then): void {
    const { world, name } = this.#parts;
    call(world, {
      from: name,
      to: world.nameServer,
      deadlineMs: fetchViewMs,
      serve: (answer: (news: ViewNews | null) => void) => world.nameServer.getView(answer),
      done: (result) => {
        if (!this.#parts.current()) return;
        if (result.ok && result.value !== null) this.adopt(result.value.view);
        this.#settle(before, then);
      },
    });
  }

  #electRound(belief: Belief, _suspicion: Suspicion, then: Then): void {
    this.#gather(belief, (statuses) =>
      this.#askForNews(statuses, () => {
        if (this.#movedSince(belief)) return then('moved');
        const candidate = this.#candidate(statuses);
        return this.#elect(belief, { candidate, viewNumber: this.#known }, () =>
          this.#settle(belief, then),
        );
      }),
    );
  }

  get #known(): number {
    return this.belief?.viewNumber ?? 0;
  }

  /** The set may change under the same primary: its new view has to be named, at once. */
  #elect(
    belief: Belief,
    wish: { candidate: string | null; viewNumber: number },
    then: () => void,
  ): void {
    const { world, name, instance } = this.#parts;
    call(world, {
      from: name,
      to: world.nameServer,
      deadlineMs: electMs,
      lateMsMax: lateElectMs,
      repeats: true,
      serve: (answer: (value: ViewAnswer | null) => void) =>
        world.nameServer.elect({ ...wish, frontend: instance }, answer),
      done: (result) => {
        if (!this.#parts.current()) return undefined;
        const answer = result.ok ? result.value : null;
        if (answer !== null) this.adopt(answer.news.view);
        const again = answer?.ok === true && this.#known !== wish.viewNumber;
        if (!again || this.#movedSince(belief)) return then();
        return this.#elect(belief, { ...wish, viewNumber: this.#known }, then);
      },
    });
  }

  /** The other in-sync members as they see themselves; those that do not answer are left out. */
  #gather(belief: Belief, then: (statuses: ReplicaStatus[]) => void): void {
    const view = this.tracker.view;
    const asked = (view?.inSync ?? []).flatMap((storeId) => {
      const store = this.#storeAt(view?.addresses[storeId]);
      return storeId === belief.primary || store === undefined ? [] : [{ storeId, store }];
    });
    const statuses: ReplicaStatus[] = [];
    let left = asked.length;
    if (left === 0) return then(statuses);
    for (const { storeId, store } of asked) {
      this.#status(store, gatherMs, (status) => {
        if (typeof status !== 'string' && status.storeId === storeId) statuses.push(status);
        left -= 1;
        if (left > 0) return;
        for (const one of statuses) this.#claim(one);
        then(statuses);
      });
    }
    return undefined;
  }

  /** A member may know a newer view than we do, with no name server there to tell us. */
  #askForNews(statuses: ReplicaStatus[], then: () => void): void {
    const ahead = statuses.filter(({ viewNumber }) => viewNumber > this.#known);
    let left = ahead.length;
    if (left === 0) return then();
    for (const { address } of ahead) {
      const store = this.#storeAt(address);
      if (store === undefined) continue;
      call(this.#parts.world, {
        from: this.#parts.name,
        to: store,
        deadlineMs: gatherMs,
        serve: (answer: (view: View | null) => void) => store.service.news(answer),
        done: (result) => {
          if (!this.#parts.current()) return;
          if (result.ok && result.value !== null) this.adopt(result.value);
          left -= 1;
          if (left === 0) then();
        },
      });
    }
    return undefined;
  }

  /** The most advanced log; in half of the runs the least, which must do as well. */
  #candidate(statuses: readonly ReplicaStatus[]): string | null {
    const sign = this.#parts.electShortest ? -1 : 1;
    const best = statuses
      .filter(({ role }) => role !== 'quarantine')
      .toSorted((a, b) => sign * (b.lastEpoch - a.lastEpoch || b.lastLsn - a.lastLsn))[0];
    return best?.storeId ?? null;
  }

  #settle(before: Belief | null, then: Then): void {
    if (this.#movedSince(before)) return then('moved');
    const { world, random } = this.#parts;
    return world.scheduler.after(random.between(pauseMsMin, pauseMsMax), () =>
      then(this.#movedSince(before) ? 'moved' : 'unchanged'),
    );
  }
}
