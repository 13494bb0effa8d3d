import { describe, expect, it } from 'vitest';
import type { FaultKind } from '../tools/chaos/fault-kind.ts';
import { processFaults } from '../tools/chaos/process-faults.ts';
import { runChaos } from '../tools/chaos/run.ts';

const kinds = ['kill', 'pause', 'down', 'nameserver'];
const inTheirOrder: FaultKind[] = kinds.flatMap((name) =>
  processFaults.filter((kind) => kind.name === name));

describe('orderly chaos', () => {
  it('kills, pauses, switches down, and loses the name server: every promise is kept', async () => {
    const { problems, figures, lies, stores } = await runChaos({
      placement: 'local', backends: 3, frontends: 2, kinds: inTheirOrder, inTurn: true,
      holdMsMax: 1_000, faultsMs: 0, seed: 7, customers: 8, thinkMs: [20, 80],
      keep: false, home: null, say: () => {},
    });
    expect(problems).toEqual([]);
    expect(Object.keys(figures.faults).sort((a, b) => (a < b ? -1 : 1)))
      .toEqual(kinds.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(figures.acknowledgedWrites).toBeGreaterThan(100);
    expect(stores.orders).toBeGreaterThan(50);
    expect(lies.map(({ found }) => found.length > 0)).toEqual([true, true, true]);
    process.stdout.write(`      longest outage: ${figures.longestOutageMs.toFixed(0)} ms\n`);
  });
});
