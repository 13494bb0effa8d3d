import type { Screen } from '../../client/terminal.ts';
import { fit, wrap } from '../../client/view/width.ts';
import type { Snapshot } from './snapshot.ts';
import { groupLines, memberLines } from './view.ts';

/** What the live table shows at one moment. */
export interface FrameParts {
  snapshot: Snapshot;
  /** storeId of the marked back end; null where nothing can be chosen. */
  marked: string | null;
  title: string;
  /** What came of the last deed. */
  notes: readonly string[];
  /** What keys do. */
  hint: string;
}

/** Screen and the number of lines on it. */
export type FrameScreen = Screen & { rows: number };

const markWidth = 2;

/** As many whole groups around the marked one as fit, and how many are left out. */
function around(
  groups: readonly string[][], at: number, rows: number,
): { shown: string[]; left: number } {
  const total = groups.reduce((sum, lines) => sum + lines.length, 0);
  if (total <= rows) return { shown: groups.flat(), left: 0 };
  let [first, last] = [at, at];
  let used = groups[at]?.length ?? 0;
  // One line tells how many are left out.
  const room = rows - 1;
  for (;;) {
    const below = groups[last + 1]?.length ?? Number.POSITIVE_INFINITY;
    const above = groups[first - 1]?.length ?? Number.POSITIVE_INFINITY;
    if (used + below <= room) {
      last += 1;
      used += below;
    } else if (used + above <= room) {
      first -= 1;
      used += above;
    } else break;
  }
  const shown = groups.slice(first, last + 1).flat().slice(0, Math.max(1, room));
  return { shown, left: groups.length - 1 - last + first };
}

function markedLines(
  { snapshot, marked }: FrameParts, screen: FrameScreen,
): { head: string[]; members: string[][]; at: number } {
  const narrower = { ...screen, width: screen.width - markWidth };
  const { head, members } = memberLines(snapshot, narrower, false);
  const at = snapshot.backEnds.findIndex(({ storeId }) => storeId === marked);
  const blank = ' '.repeat(markWidth);
  return {
    head: head.map((line) => blank + line),
    members: members.map((lines, n) => lines.map((line, below) =>
      (n === at && below === 0 ? screen.paint.cyan('> ') : blank) + line)),
    at: Math.max(0, at),
  };
}

/**
 * The lines of the live table, at most as many and as wide as the screen. When there is too little
 * room the sentences about the group go first, then the back ends far from the marked one.
 */
export function frameLines(parts: FrameParts, screen: FrameScreen): string[] {
  const { width, rows, paint } = screen;
  const { head, members, at } = markedLines(parts, screen);
  const notes = parts.notes.flatMap((line) => wrap(line, width));
  const hint = wrap(parts.hint, width).map((line) => paint.dim(line));
  const room = rows - 1 - head.length - notes.length - hint.length;
  const { shown, left } = around(members, at, room);
  const body = members.length === 0 ? ['No back ends are registered.'] : shown;
  const more = left === 0 ? [] : [paint.dim(fit(`  ... ${left} more back ends`, width))];
  const spare = room - body.length - more.length - 1;
  const group = groupLines(parts.snapshot, paint).flatMap((line) => wrap(line, width));
  const about = spare > 0 ? ['', ...group.slice(0, spare)] : [];
  const title = paint.bold(fit(parts.title, width));
  return [title, ...head, ...body, ...more, ...about, ...notes, ...hint].slice(0, rows);
}
