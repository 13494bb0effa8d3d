/**
 * The id of an event: its position in the replicated log. A cluster that was restored from a backup
 * goes on with positions that its predecessor has used for other events; there the lineage stands
 * behind the position, so that an id of before is not taken for one of now.
 */

const idForm = /^(0|[1-9][0-9]{0,15})(?:-([1-9][0-9]{0,8}))?$/;

export const eventId = (position: number, lineage: number): string =>
  (lineage <= 1 ? String(position) : `${position}-${lineage}`);

/** The position that an id of this lineage names; null for what is none. */
export function positionOf(id: string, lineage: number): number | null {
  const [, digits, suffix] = idForm.exec(id) ?? [];
  const position = Number(digits);
  if (digits === undefined || !Number.isSafeInteger(position)) return null;
  return Number(suffix ?? 1) === Math.max(lineage, 1) ? position : null;
}
