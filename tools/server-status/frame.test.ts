import { describe, expect, it } from 'vitest';
import { paintFor, type Paint } from '../../client/terminal.ts';
import { columnsOf } from '../../client/view/width.ts';
import { frameLines } from './frame.ts';
import type { BackEnd, Snapshot } from './snapshot.ts';
import { exampleStatus, exampleView, storeIdOf } from './testing/small-cluster.ts';

const plain: Paint = paintFor(false);

const backEnd = (n: number, more: Partial<BackEnd> = {}): BackEnd => ({
  id: `backend-${n}`, storeId: storeIdOf(n), address: `127.0.0.1:${41_000 + n}`,
  listed: { alive: true, lastSeenMs: 100 }, status: exampleStatus(n), silentMs: 0, ...more,
});

function snapshot(backEnds: BackEnd[]): Snapshot {
  const addresses = Object.fromEntries(backEnds.map(({ storeId, address }) => [storeId, address]));
  return {
    nameServer: '127.0.0.1:7400', nameServerSilent: false, clusterId: 'c'.repeat(32),
    group: 'main', view: exampleView(addresses), backEnds, frontEnds: [], registrations: [],
    takenMs: 0,
  };
}

const three = [
  backEnd(1), backEnd(2),
  backEnd(3, { status: null, listed: { alive: false, lastSeenMs: 12_300 } }),
];

const frame = (
  backEnds: BackEnd[], size: { width: number; rows: number }, more: { marked?: number } = {},
): string[] => frameLines({
  snapshot: snapshot(backEnds), marked: storeIdOf(more.marked ?? 1),
  title: 'Orderly at 12:00:00 UTC, every 1 s', notes: [], hint: 'q: quit',
}, { ...size, paint: plain });

describe('the live table', () => {
  it('has one line for each back end where the screen is wide enough', () => {
    expect(frame(three, { width: 110, rows: 24 }).slice(0, 5)).toEqual([
      'Orderly at 12:00:00 UTC, every 1 s',
      '  NODE       ROLE     STATE                    EPOCH  APPLIED  LAG  ORDERS  UPTIME'
        + '  GEOCODERS  ADDRESS',
      '> backend-1  primary  UP serving                   2       42    0      12   3 min'
        + '  ok         127.0.0.1:41001',
      '  backend-2  backup   UP in sync                   2       41    1      12   3 min'
        + '  ok         127.0.0.1:41002',
      '  backend-3  -        DOWN last seen 12 s ago      -        -    -       -       -'
        + '  -          127.0.0.1:41003',
    ]);
  });

  it('at 80 columns has the numbers in a table and the rest below each', () => {
    expect(frame(three, { width: 80, rows: 24 }).slice(1, 8)).toEqual([
      '  NODE       ROLE     STATE                    EPOCH  APPLIED  LAG  ORDERS',
      '> backend-1  primary  UP serving                   2       42    0      12',
      '    127.0.0.1:41001, up 3 min, geocoders ok',
      '  backend-2  backup   UP in sync                   2       41    1      12',
      '    127.0.0.1:41002, up 3 min, geocoders ok',
      '  backend-3  -        DOWN last seen 12 s ago      -        -    -       -',
      '    127.0.0.1:41003, up -, geocoders -',
    ]);
  });

  it('at 40 columns has a card for each', () => {
    expect(frame(three, { width: 40, rows: 24 }).slice(1, 8)).toEqual([
      '> backend-1  primary  UP serving',
      '    epoch 2, applied 42, lag 0, orders',
      '    12, up 3 min, geocoders ok,',
      '    127.0.0.1:41001',
      '  backend-2  backup  UP in sync',
      '    epoch 2, applied 41, lag 1, orders',
      '    12, up 3 min, geocoders ok,',
    ]);
  });

  it('is never larger than the screen, and always shows the marked back end and the keys', () => {
    const many = Array.from({ length: 16 }, (_, n) => backEnd(n + 1));
    for (const width of [20, 40, 80, 120]) {
      for (const rows of [8, 12, 24, 60]) {
        for (const marked of [1, 8, 16]) {
          const lines = frame(many, { width, rows }, { marked });
          expect(lines.length).toBeLessThanOrEqual(rows);
          expect(Math.max(...lines.map(columnsOf))).toBeLessThanOrEqual(width);
          expect(lines.filter((line) => line.startsWith('> '))).toHaveLength(1);
          expect(lines.join('\n')).toContain(`> backend-${marked}`);
          expect(lines.at(-1)).toBe('q: quit');
        }
      }
    }
  });

  it('keeps escape sequences of names out', () => {
    const evil = backEnd(1, { id: 'a\u001b[2Jb', status: null });
    expect(frame([evil], { width: 80, rows: 24 }).join('\n')).not.toContain('\u001b');
  });
});
