import type { Figures } from './figures.ts';
import type { ChaosResult } from './run.ts';

const problemsShown = 20;

const seconds = (ms: number | null): string => (ms === null ? '-' : (ms / 1_000).toFixed(2));

const words = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts).toSorted(([, a], [, b]) => b - a)
    .map(([word, count]) => `${count} ${word}`).join(', ');

function faultTable({ faults }: Figures): string[] {
  const rows = Object.entries(faults).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    `  ${'fault'.padEnd(12)}${'times'.padStart(6)}   seconds to the next success: median, max`,
    ...rows.map(([kind, { count, medianMs, maxMs }]) =>
      `  ${kind.padEnd(12)}${String(count).padStart(6)}${seconds(medianMs).padStart(10)}`
      + `${seconds(maxMs).padStart(10)}`),
  ];
}

/** For people. */
export function reportText(result: ChaosResult): string {
  const { figures, problems, stores, lies, kept } = result;
  const { outcomes, codes, longestOutageMs, longestOutageAtMs } = figures;
  const sum = Object.values(outcomes).reduce((all, count) => all + count, 0);
  const again = `orderly chaos --seed ${result.seed}`;
  return [
    `${sum} operations: ${words(outcomes)}; ${figures.acknowledgedWrites} writes acknowledged`,
    ...(Object.keys(codes).length > 0 ? [`  without success: ${words(codes)}`] : []),
    ...faultTable(figures),
    `longest outage: ${seconds(longestOutageMs)} s, from second ${seconds(longestOutageAtMs)}`,
    `recovery after the last fault: ${seconds(result.recoveryMs)} s`,
    `stores compared up to lsn ${stores.lsn}, with ${stores.orders} orders`,
    `lies told to the judge: ${lies.length}, seen: `
      + `${lies.filter(({ found }) => found.length > 0).length}`,
    ...(problems.length === 0 ? ['VERDICT: ok'] : [
      ...problems.slice(0, problemsShown).map((one) => `PROBLEM ${one}`),
      ...(problems.length > problemsShown
        ? [`and ${problems.length - problemsShown} more in verdict.json`] : []),
      `VERDICT: ${problems.length} problems (${again})`,
    ]),
    ...(kept === null ? [] : [`history and logs: ${kept}`]),
    '',
  ].join('\n');
}

/** For scripts: one line. */
export function reportJson({ problems, stores, lies, ...rest }: ChaosResult): string {
  const { lsn, orders } = stores;
  return `${JSON.stringify({
    ok: problems.length === 0, ...rest, stores: { lsn, orders },
    lies: lies.map(({ name, found }) => ({ name, seen: found.length > 0 })), problems,
  })}\n`;
}
