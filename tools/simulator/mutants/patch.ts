import type { Edit } from './mutant.ts';

/** Whether the module at this URL is the one that the edit means. */
export const concerns = (edit: Edit, url: string): boolean => url.endsWith(`/dist/${edit.file}`);

const pattern = (find: string): RegExp =>
  new RegExp(
    find
      .trim()
      .split(/\s+/)
      .map((part) => part.replace(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
      .join(String.raw`\s+`),
    'g',
  );

/** How often the text to be replaced occurs; anything but once means that the catalogue is old. */
export const occurrences = (source: string, find: string): number =>
  source.match(pattern(find))?.length ?? 0;

/** null when the edit does not fit the source. */
export const applyEdit = (source: string, edit: Edit): string | null =>
  occurrences(source, edit.find) === 1
    ? source.replace(pattern(edit.find), () => edit.replace)
    : null;
