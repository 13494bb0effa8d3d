import { visible } from '../../shared/runtime/visible-text.ts';

const charactersMaxDefault = 300;

/**
 * Text that somebody else wrote, safe to print: on one line, nothing in it steers the terminal, and
 * cut to a number of code points.
 */
export function told(text: string, charactersMax = charactersMaxDefault): string {
  // Twice as many UTF-16 units hold at least that many code points, however long the text is.
  const characters = Array.from(text.slice(0, charactersMax * 2 + 2));
  const kept = visible(characters.slice(0, charactersMax).join(''));
  return characters.length > charactersMax ? `${kept}…` : kept;
}
