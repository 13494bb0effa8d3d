import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { must } from '../../shared/runtime/assert.ts';
import { parseCsv } from './csv.ts';

/** The postcodes that a stand-in knows. Keys are upper case without the space. */

export interface Point {
  lat: number;
  lng: number;
}

export interface LivePostcode {
  postcode: string;
  point: Point | null;
  country: string;
  region: string | null;
  district: string | null;
}

export interface EndedPostcode {
  postcode: string;
  year: number;
  month: number;
  point: Point;
  country: string;
}

export interface PostcodeData {
  live: ReadonlyMap<string, LivePostcode>;
  ended: ReadonlyMap<string, EndedPostcode>;
}

/** Where the data comes from, and what is changed to stage missing codes and disagreement. */
export interface DataSource {
  data?: readonly string[];
  terminated?: string;
  drop?: readonly string[];
  shift?: readonly { postcode: string; lat: number; lng: number }[];
}

export const compact = (postcode: string): string =>
  postcode.replace(/[^0-9A-Za-z]/g, '').toUpperCase();

/** Beside this file when run from source; in the project when run from the build. */
function shipped(name: string): string {
  const places = [`./data/${name}`, `../../../tools/geocoder-standin/data/${name}`]
    .map((place) => fileURLToPath(new URL(place, import.meta.url)));
  return must(places.find((place) => existsSync(place)), `the sample data ${name} is missing`);
}

function rowsOf(file: string): Record<string, string>[] {
  try {
    return parseCsv(readFileSync(file, 'utf8'));
  } catch {
    // The system's message holds nothing that the name of the file does not say.
    throw new OrderlyError('invalid_params', `The file ${file} can not be read.`);
  }
}

const field = (row: Record<string, string>, name: string): string => row[name] ?? '';

function pointOf(row: Record<string, string>): Point | null {
  const [lat, lng] = [field(row, 'latitude'), field(row, 'longitude')];
  return lat === '' || lng === '' ? null : { lat: Number(lat), lng: Number(lng) };
}

function liveOf(row: Record<string, string>): LivePostcode {
  return {
    postcode: field(row, 'postcode'),
    point: pointOf(row),
    country: field(row, 'country'),
    region: field(row, 'region') || null,
    district: field(row, 'admin_district') || null,
  };
}

function endedOf(row: Record<string, string>): EndedPostcode {
  return {
    postcode: field(row, 'postcode'),
    year: Number(field(row, 'year_terminated')),
    month: Number(field(row, 'month_terminated')),
    point: must(pointOf(row), 'a terminated sample has no position'),
    country: field(row, 'country'),
  };
}

/** Throws OrderlyError `invalid_params` when a file can not be read. */
export function loadPostcodes(source: DataSource): PostcodeData {
  const live = new Map<string, LivePostcode>();
  for (const file of source.data ?? [shipped('uk-postcodes-sample.csv')]) {
    for (const row of rowsOf(file)) live.set(compact(field(row, 'postcode')), liveOf(row));
  }
  const ended = new Map<string, EndedPostcode>();
  for (const row of rowsOf(source.terminated ?? shipped('uk-postcodes-terminated-sample.csv'))) {
    ended.set(compact(field(row, 'postcode')), endedOf(row));
  }
  for (const postcode of source.drop ?? []) {
    live.delete(compact(postcode));
    ended.delete(compact(postcode));
  }
  for (const { postcode, lat, lng } of source.shift ?? []) {
    const row = live.get(compact(postcode));
    if (row === undefined || row.point === null) continue;
    const point = { lat: row.point.lat + lat, lng: row.point.lng + lng };
    live.set(compact(postcode), { ...row, point });
  }
  return { live, ended };
}
