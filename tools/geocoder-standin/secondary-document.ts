import type { EndedPostcode, LivePostcode, Point } from './postcode-data.ts';

/**
 * The document of findthatpostcode.uk, in its shape and its size of about 13 KB: areas that the
 * postcode lies in and ten places nearby, invented here, since only the position matters.
 */

const areaTypes = [
  'bua22', 'cal', 'ccg', 'ced', 'ctry', 'cty', 'eer', 'hlthau', 'icb', 'imd', 'itl', 'laua',
  'lsoa11', 'lsoa21', 'msoa11', 'msoa21', 'npark', 'nhser', 'oa11', 'oa21', 'parish', 'pcon',
  'pfa', 'rgn', 'ru11ind', 'sicbl', 'stp', 'ttwa', 'ward', 'wz11',
];

const origin = 'https://findthatpostcode.uk';
const linksOf = (path: string) => ({ self: path, html: `${path}.html` });

const areaCode = (at: number): string => `E${String(99_000_000 + at)}`;

function areaAt(type: string, at: number): Record<string, unknown> {
  const id = areaCode(at);
  return {
    type: 'areas',
    id,
    attributes: {
      code: id, name: `Sample ${type} area`, date_start: '2009-01-01', date_end: null,
    },
    links: linksOf(`/areas/${id}`),
    relationships: { areatype: { data: { type: 'areatypes', id: type } } },
  };
}

function placeAt(point: Point, at: number): Record<string, unknown> {
  const id = `IPN00990${String(at).padStart(2, '0')}`;
  return {
    type: 'places',
    id,
    attributes: {
      name: `Sample place ${at + 1}`, descnm: 'LOC', splitind: 0, type: 'LOC',
      location: { lat: point.lat, lon: point.lng },
    },
    links: linksOf(`/places/${id}`),
  };
}

const identify = ({ type, id }: Record<string, unknown>) => ({ type, id });

/** JSON has one zero; the service writes the longitude of nowhere as 0.0. */
const zeroMark = '@0.0@';

interface Subject {
  postcode: string;
  point: Point | null;
  /** YYYY-MM-DD, or null while in use. */
  doterm: string | null;
}

function attributesOf({ postcode, point, doterm }: Subject): Record<string, unknown> {
  const [outward = '', inward = ''] = postcode.split(' ');
  const areas = areaTypes.flatMap((type, at) => [
    [type, areaCode(at)], [`${type}_name`, `Sample ${type} area`],
  ]);
  return {
    pcds: postcode,
    pcd: `${outward.padEnd(4)}${inward}`,
    pcd2: `${outward.padEnd(5)}${inward}`,
    lat: point?.lat ?? null,
    long: point?.lng ?? zeroMark,
    ...(point === null ? {} : { location: { lat: point.lat, lon: point.lng } }),
    dointr: '1980-01-01',
    doterm,
    osgrdind: point === null ? 9 : 1,
    oseast1m: null,
    osnrth1m: null,
    usertype: 0,
    ...Object.fromEntries(areas),
  };
}

function documentOf(subject: Subject): string {
  const { postcode, point } = subject;
  const path = `/postcodes/${postcode.replace(' ', '+')}`;
  const areas = areaTypes.map(areaAt);
  const places = point === null ? [] : Array.from({ length: 10 }, (_, at) => placeAt(point, at));
  const related = (name: string, data: Record<string, unknown>[]) => ({
    data: data.map(identify),
    links: { self: `${path}/relationships/${name}`, related: `${path}/${name}` },
  });
  return JSON.stringify({
    data: {
      type: 'postcodes',
      id: postcode,
      attributes: attributesOf(subject),
      relationships: {
        areas: related('areas', areas),
        nearest_places: related('nearest_places', places),
      },
      links: linksOf(path),
    },
    included: [...areas, ...places],
    links: linksOf(origin + path),
  }).replace(`"${zeroMark}"`, '0.0');
}

export const liveDocument = ({ postcode, point }: LivePostcode): string =>
  documentOf({ postcode, point, doterm: null });

export function endedDocument({ postcode, point, year, month }: EndedPostcode): string {
  const doterm = `${year}-${String(month).padStart(2, '0')}-01`;
  return documentOf({ postcode, point, doterm });
}
