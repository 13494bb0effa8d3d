import type { InitializeHook, LoadHook } from 'node:module';
import { OrderlyError } from '../../../shared/contract/errors.ts';
import type { Edit } from './mutant.ts';
import { applyEdit, concerns } from './patch.ts';

/** Module customization hooks (nodejs.org/api/module.html): edits modules while they are loaded. */
let edits: readonly Edit[] = [];

export const initialize: InitializeHook<{ edits: readonly Edit[] }> = (data) => {
  ({ edits } = data);
};

export const load: LoadHook = async (url, context, nextLoad) => {
  const loaded = await nextLoad(url, context);
  let source: string | null = null;
  for (const edit of edits) {
    if (!concerns(edit, url)) continue;
    source ??= textOf(loaded.source);
    source = applyEdit(source, edit);
    if (source === null)
      throw new OrderlyError('internal', `The text to replace is not once in ${edit.file}.`);
  }
  return source === null ? loaded : { ...loaded, source };
};

const textOf = (source: unknown): string => {
  if (typeof source === 'string') return source;
  return source instanceof Uint8Array ? new TextDecoder().decode(source) : '';
};
