import type { Mutant } from './mutant.ts';

const rules = 'nameserver/view-rules.js';
const model = 'tools/simulator/model.js';

/** Bugs of the name server, of the state machine and of the shells around the core. */
export const outsideMutants: readonly Mutant[] = [
  {
    name: 'elects-non-member',
    origin: 'protocol',
    breaks: 'Any living store may be elected, in the set or not.',
    file: rules,
    find: 'const candidates = view.inSync .map((storeId) => this.#registry.get(storeId))',
    replace: "const candidates = this.#registry.living('replica', this.#group, wish.nowMs)",
  },
  {
    name: 'change-view-ignores-expect',
    origin: 'protocol',
    breaks: 'A proposal made on an older view is accepted.',
    file: rules,
    find: 'if (params.expect !== view.viewNumber) return `the view is',
    replace: 'if (false) return `the view is',
  },
  {
    name: 'epoch-not-bumped',
    origin: 'protocol',
    breaks: 'An election keeps the epoch.',
    file: rules,
    find: 'epoch: view.viewNumber + 1,',
    replace: 'epoch: view.epoch,',
  },
  {
    name: 'name-server-forgets-a-view',
    origin: 'protocol',
    breaks: 'The name server starts with the view before the last one.',
    file: 'tools/simulator/sim-name-server.js',
    find: 'this.saved = { view: rules.view, burned: [...rules.burned] };',
    replace: `if (changed) this.previous = this.saved;
      this.saved = { view: rules.view, burned: [...rules.burned] };`,
    also: [
      {
        file: 'tools/simulator/sim-name-server.js',
        find: 'image: { group: simGroup, ...this.saved },',
        replace: 'image: { group: simGroup, ...(this.previous ?? this.saved) },',
      },
    ],
  },
  {
    name: 'view-told-before-saved',
    origin: 'own',
    breaks: 'The name server tells a view that it could not save.',
    file: 'tools/simulator/sim-name-server.js',
    find: 'if (this.diskFails) return false;',
    replace: 'if (this.diskFails) return true;',
  },
  {
    name: 'wiped-disk-same-identity',
    origin: 'protocol',
    breaks: 'A store that lost its contents comes back under its old id.',
    file: 'tools/simulator/disk.js',
    find: 'this.storeId = `${this.#slot}${this.#generation',
    replace: 'this.otherId = `${this.#slot}${this.#generation',
  },
  {
    name: 'dedup-only-in-memory',
    origin: 'protocol',
    breaks: 'The results of ops are forgotten when the process ends.',
    file: model,
    find: 'for (const one of executed) this.#record(one);',
    replace: 'for (const one of executed) this.#record(one); this.results.clear();',
  },
  {
    name: 'cancel-not-deduplicated',
    origin: 'protocol',
    breaks: 'A cancellation sent again is executed again.',
    file: model,
    find: 'if (before !== undefined)',
    replace: "if (before !== undefined && command.action !== 'cancel')",
  },
  {
    name: 'snapshot-forgets-a-record',
    origin: 'protocol',
    breaks: 'A snapshot comes without the results of its last ops.',
    file: 'tools/simulator/disk.js',
    find: 'this.#state = new SimState(snapshot.executed);',
    replace: `this.#state = new SimState(snapshot.executed);
      for (const opId of [...this.#state.results.keys()].slice(-3))
        this.#state.results.delete(opId);`,
  },
];
