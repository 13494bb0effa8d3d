/** Degrees in WGS 84. */
export interface Position {
  lat: number;
  lng: number;
}

const earthRadiusM = 6_371_008.8;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance (haversine). */
export function distanceM(a: Position, b: Position): number {
  const dLat = radians(b.lat - a.lat);
  const dLng = radians(b.lng - a.lng);
  const h = Math.sin(dLat / 2) ** 2 +
    Math.cos(radians(a.lat)) * Math.cos(radians(b.lat)) * Math.sin(dLng / 2) ** 2;
  return 2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Inside the box around the British Isles; 0/0 is how some tables say "unknown". */
export function isBritish({ lat, lng }: Position): boolean {
  return Number.isFinite(lat) && Number.isFinite(lng) &&
    lat >= 49 && lat <= 61 && lng >= -9 && lng <= 2.1;
}

/**
 * How far two services are apart on one postcode. Editions of the data differ by 85 m in one case
 * of a hundred; a kilometre is a mistake in one of them.
 */
export function comparePositions(a: Position, b: Position): 'same' | 'noted' | 'disputed' {
  const apartM = distanceM(a, b);
  if (apartM > 1000) return 'disputed';
  return apartM >= 250 ? 'noted' : 'same';
}
