/**
 * Work that many events ask for and that is done once, before the next picture of the screen, and
 * not again for `gapMs`.
 */
export function onFrame(work: () => void, gapMs = 0): () => void {
  let asked = false;
  let doneMs = Number.NEGATIVE_INFINITY;
  const plan = (): void => {
    requestAnimationFrame(() => {
      asked = false;
      doneMs = performance.now();
      work();
    });
  };
  return () => {
    if (asked) return;
    asked = true;
    const waitMs = doneMs + gapMs - performance.now();
    if (waitMs > 0) setTimeout(plan, waitMs);
    else plan();
  };
}
