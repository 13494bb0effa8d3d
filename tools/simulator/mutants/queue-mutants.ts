import type { Mutant } from './mutant.ts';

const file = 'frontend-server/queue/queue-rules.js';

/** Bugs of the pending queue of a front end. */
export const queueMutants: readonly Mutant[] = [
  {
    name: 'accepted-before-on-disk',
    origin: 'protocol',
    breaks: 'A 202 is told before the request is on the disk of the front end.',
    file,
    find: "this.#write({ kind: 'insert', row: { ...row } });",
    replace: `this.#write({ kind: 'insert', row: { ...row } });
      for (const one of entry.offers.splice(0))
        this.#effects.push({ kind: 'accepted', req: one, id: row.id });`,
  },
  {
    name: 'queue-entry-ends-when-sent',
    origin: 'protocol',
    breaks: 'A queued order counts as placed when it is sent.',
    file,
    find: 'this.#send(entry);',
    replace: `this.#send(entry);
      if (entry.ending === null) this.#end(entry, { as: 'placed', orderId: '' }, moment);`,
  },
  {
    name: 'expired-without-record',
    origin: 'own',
    seeds: 1000,
    breaks: 'A queued order expires here, though a copy of it may still be placed.',
    file,
    find: "entry.ending = { as: 'expired' };",
    replace: "this.#end(entry, { as: 'expired' }, { nowMs, wallMs });",
  },
  {
    name: 'refusal-of-an-attempt-is-final',
    origin: 'own',
    seeds: 1000,
    breaks: 'A queued order that one attempt refuses ends, though an earlier copy may be placed.',
    file,
    find: "entry.ending ??= { as: 'rejected', refusal: answer.refusal };",
    replace: "this.#end(entry, { as: 'rejected', refusal: answer.refusal }, moment);",
  },
  {
    name: 'withdrawn-without-record',
    origin: 'own',
    seeds: 1000,
    breaks: 'A withdrawn order ends at once, though a copy of it may still be placed.',
    file,
    find: "entry.ending = { as: 'withdrawn' };",
    replace: "this.#end(entry, { as: 'withdrawn' }, { nowMs: 0, wallMs: entry.row.queuedAtMs });",
  },
];
