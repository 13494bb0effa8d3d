/** Tells the width of an element in whole pixels when it changes; never 0, as of hidden ones. */
export function onWidth(target: Element, work: (width: number) => void): void {
  let known = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry?.contentRect.width ?? 0);
    if (width === 0 || width === known) return;
    known = width;
    work(width);
  }).observe(target);
}
