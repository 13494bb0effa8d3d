import Table from 'cli-table3';
import type { Screen } from '../terminal.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
}

const noLines = {
  'top': '', 'top-mid': '', 'top-left': '', 'top-right': '',
  'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left': '', 'left-mid': '', 'mid': '', 'mid-mid': '', 'right': '', 'right-mid': '',
  'middle': '  ',
};

/**
 * Columns by spaces, without lines: it reads the same in a pipe and in any character set. Cells
 * must be safe to print; they may hold styles.
 */
export function table(columns: Column[], rows: string[][], screen: Screen): string {
  const drawn = new Table({
    head: columns.map(({ title }) => screen.paint.bold(title)),
    chars: noLines,
    colAligns: columns.map(({ align }) => align ?? 'left'),
    // Its own colours ignore what was decided; the head is painted above.
    style: { 'head': [], 'border': [], 'padding-left': 0, 'padding-right': 0 },
  });
  drawn.push(...rows);
  return drawn.toString().split('\n').map((line) => line.trimEnd()).join('\n');
}
