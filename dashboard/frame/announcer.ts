import { byId } from './dom.ts';

/**
 * For those who listen instead of looking: the few things that matter, one at a time. What comes
 * faster than it can be read is said together, and of more than a few only how many they are.
 */

const gapMs = 4_000;
const saidMax = 3;

export function createAnnouncer(): (text: string) => void {
  const region = byId('announcer', HTMLElement);
  let waiting: string[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const say = (): void => {
    timer = null;
    if (waiting.length === 0) return;
    const more = waiting.length - saidMax;
    const text = waiting.slice(-saidMax).join('. ');
    region.textContent = more > 0 ? `${text}. And ${more} more.` : text;
    waiting = [];
    timer = setTimeout(say, gapMs);
  };
  return (text) => {
    waiting.push(text);
    if (timer === null) say();
  };
}
