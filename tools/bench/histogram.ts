import type { Bucket } from './tally.ts';

/** How a drawing has to be for the stream that it goes to. */
export interface Drawing {
  /** Columns. */
  width: number;
  /** Block characters; else characters that every terminal has. */
  blocks: boolean;
}

const rowsMax = 16;
const barMin = 4;
const eighths = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Whether block characters arrive as such: by the character set of the locale and the terminal. */
export function canDrawBlocks(env: Record<string, string | undefined>): boolean {
  const set = [env['LC_ALL'], env['LC_CTYPE'], env['LANG']].find((one) => (one ?? '') !== '');
  return env['TERM'] !== 'dumb' && /utf-?8/i.test(set ?? '');
}

/** A bar of `share` (0 to 1) of so many columns; anything above nothing is seen. */
export function bar(share: number, columns: number, blocks: boolean): string {
  if (share <= 0) return '';
  if (!blocks) return '#'.repeat(Math.max(Math.round(share * columns), 1));
  const parts = Math.max(Math.round(share * columns * 8), 1);
  return '█'.repeat(Math.floor(parts / 8)) + (eighths[parts % 8] ?? '');
}

/** Three digits, which is what neighbouring buckets differ by. */
export function shortMs(ms: number): string {
  if (ms >= 100) return ms.toFixed(0);
  return ms.toFixed(ms >= 10 ? 1 : 2);
}

/** As few of the neighbours together as give no more than `rowsMax` rows. */
function rowsOf(buckets: readonly Bucket[]): Bucket[] {
  let together = 1;
  while (buckets.length / together > rowsMax) together *= 2;
  return Array.from({ length: Math.ceil(buckets.length / together) }, (_, row) => {
    const those = buckets.slice(row * together, (row + 1) * together);
    return {
      fromMs: those[0]?.fromMs ?? 0,
      toMs: those.at(-1)?.toMs ?? 0,
      count: those.reduce((sum, { count }) => sum + count, 0),
    };
  });
}

/**
 * One line for each range of latencies, each range so many times as long as the one before: a
 * tail of seconds and a body of milliseconds are both seen. '' when nothing was counted.
 */
export function drawHistogram(buckets: readonly Bucket[], { width, blocks }: Drawing): string {
  const rows = rowsOf(buckets);
  const total = rows.reduce((sum, { count }) => sum + count, 0);
  const most = Math.max(...rows.map(({ count }) => count));
  if (total === 0) return '';
  const cells = rows.map(({ fromMs, toMs, count }) => ({
    label: `${shortMs(fromMs)}-${shortMs(toMs)} ms`,
    figures: `${count} ${(count / total * 100).toFixed(1).padStart(5)}%`,
    share: count / most,
  }));
  const labels = Math.max(...cells.map(({ label }) => label.length));
  const figures = Math.max(...cells.map((cell) => cell.figures.length));
  const columns = Math.max(width - labels - figures - 2, barMin);
  return cells.map(({ label, figures: text, share }) =>
    `${label.padStart(labels)} ${bar(share, columns, blocks).padEnd(columns)} `
      + text.padStart(figures)).join('\n');
}
