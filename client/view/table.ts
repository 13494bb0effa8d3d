import Table from 'cli-table3';
import type { Screen } from '../terminal.ts';
import { columnsOf, wrap } from './width.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** Gets more lines instead of more room when the table is wider than the screen. */
  flex?: true;
}

const gap = '  ';
const flexWidthMin = 10;

const noLines = {
  'top': '', 'top-mid': '', 'top-left': '', 'top-right': '',
  'bottom': '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '',
  'left': '', 'left-mid': '', 'mid': '', 'mid-mid': '', 'right': '', 'right-mid': '',
  'middle': gap,
};

/** The cells of the flexible column broken into lines that fit beside the others. */
function fitted(columns: Column[], rows: string[][], screen: Screen): string[][] {
  const at = columns.findIndex(({ flex }) => flex === true);
  if (at < 0) return rows;
  const widthOf = ({ title }: Column, column: number): number =>
    Math.max(columnsOf(title), ...rows.map((row) => columnsOf(row[column] ?? '')));
  const others = columns.reduce((sum, column, index) =>
    (index === at ? sum : sum + widthOf(column, index)), gap.length * (columns.length - 1));
  const room = Math.max(flexWidthMin, screen.width - others);
  return rows.map((row) => row.map((cell, index) =>
    (index === at ? wrap(cell, room).join('\n') : cell)));
}

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
  drawn.push(...fitted(columns, rows, screen));
  return drawn.toString().split('\n').map((line) => line.trimEnd()).join('\n');
}
