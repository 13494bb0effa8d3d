interface Point {
  lat: number;
  lng: number;
}

/** Mean radius of the earth (IUGG). */
const earthRadiusM = 6_371_008.8;

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Great-circle distance in whole metres (haversine), right to about 0.5 %. */
export function distanceM(from: Point, to: Point): number {
  const dLat = Math.sin(radians(to.lat - from.lat) / 2);
  const dLng = Math.sin(radians(to.lng - from.lng) / 2);
  const part = dLat ** 2 + Math.cos(radians(from.lat)) * Math.cos(radians(to.lat)) * dLng ** 2;
  return Math.round(2 * earthRadiusM * Math.asin(Math.min(1, Math.sqrt(part))));
}
