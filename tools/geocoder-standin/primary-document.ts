import type { EndedPostcode, LivePostcode, Point } from './postcode-data.ts';

/** Bodies of postcodes.io: every field of its release 18, with pseudo codes for what we lack. */

const countryLetter: Readonly<Record<string, string>> = {
  England: 'E', Scotland: 'S', Wales: 'W', 'Northern Ireland': 'N',
  'Channel Islands': 'L', 'Isle of Man': 'M',
};

/** Good to a kilometre or two: nothing should use the grid when degrees are there. */
function roughGrid({ lat, lng }: Point): { eastings: number; northings: number } {
  const eastings = 400_000 + (lng + 2) * 111_320 * Math.cos((lat * Math.PI) / 180);
  return { eastings: Math.round(eastings), northings: Math.round((lat - 49.9) * 111_250) };
}

const codeNames = [
  'admin_district', 'admin_county', 'admin_ward', 'parish', 'parliamentary_constituency',
  'parliamentary_constituency_2024', 'ccg', 'ccg_id', 'ced', 'nuts', 'lsoa', 'msoa', 'lau2',
  'pfa', 'nhs_region', 'ttwa', 'national_park', 'bua', 'icb', 'cancer_alliance', 'lsoa11',
  'msoa11', 'lsoa21', 'msoa21', 'oa21', 'ruc11', 'ruc21', 'lep1', 'lep2',
];

function codesOf({ country }: LivePostcode): Record<string, string> {
  const code = `${countryLetter[country] ?? 'X'}99999999`;
  return Object.fromEntries(codeNames.map((name) => [name, code]));
}

const unknownPlaces = (names: string): Record<string, null> =>
  Object.fromEntries(names.split(' ').map((name) => [name, null]));

/** The `result` of a look-up. */
export function liveResult(row: LivePostcode): Record<string, unknown> {
  const [outcode, incode] = row.postcode.split(' ');
  const grid = row.point === null ? { eastings: null, northings: null } : roughGrid(row.point);
  return {
    postcode: row.postcode,
    quality: row.point === null ? 9 : 1,
    ...grid,
    country: row.country,
    nhs_ha: null,
    longitude: row.point?.lng ?? null,
    latitude: row.point?.lat ?? null,
    ...unknownPlaces('european_electoral_region primary_care_trust'),
    region: row.region,
    ...unknownPlaces('lsoa msoa'),
    incode,
    outcode,
    ...unknownPlaces('parliamentary_constituency parliamentary_constituency_2024'),
    admin_district: row.district,
    ...unknownPlaces('parish admin_county'),
    date_of_introduction: '198001',
    ...unknownPlaces(
      'admin_ward ced ccg nuts pfa nhs_region ttwa national_park bua icb cancer_alliance ' +
      'lsoa11 msoa11 lsoa21 msoa21 oa21 ruc11 ruc21 lep1 lep2',
    ),
    codes: codesOf(row),
  };
}

export const endedResult = (row: EndedPostcode): Record<string, unknown> => ({
  postcode: row.postcode,
  year_terminated: row.year,
  month_terminated: row.month,
  longitude: row.point.lng,
  latitude: row.point.lat,
});
