/**
 * 64 bits over a text as 16 hex digits: two FNV-1a lanes with different starts, mixed at the end.
 * It tells accidents apart; it does not withstand somebody who looks for a collision.
 */
export function textDigest(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    low = Math.imul(low ^ unit, 0x01000193);
    high = Math.imul(high ^ unit, 0x5bd1e995);
  }
  return hex(scramble(high ^ (low >>> 7))) + hex(scramble(low ^ (high >>> 11)));
}

function scramble(lane: number): number {
  const once = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return (twice ^ (twice >>> 16)) >>> 0;
}

const hex = (lane: number): string => lane.toString(16).padStart(8, '0');
