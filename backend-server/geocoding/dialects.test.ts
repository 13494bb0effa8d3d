import { describe, expect, it } from 'vitest';
import type { Answer } from './dialect.ts';
import { findThatPostcode } from './find-that-postcode.ts';
import { postcodesIo } from './postcodes-io.ts';

const asked = 'DH1 4SW';
const found = (lat: number, lng: number): Answer => ({ kind: 'found', position: { lat, lng } });
const failed = (error: string, cause = 'weather') =>
  ({ kind: 'failed', error, cause, restMs: null });

describe('postcodes.io', () => {
  const read = (status: 200 | 404, body: unknown) => postcodesIo.read({ status, body }, asked);
  const result = (fields: Record<string, unknown>) =>
    ({ status: 200, result: { postcode: asked, latitude: 54.77, longitude: -1.57, ...fields } });

  it('is asked with an encoded path', () => {
    expect(postcodesIo.path(asked)).toBe('/postcodes/DH1%204SW');
  });

  it.each([
    ['a position', result({}), found(54.77, -1.57)],
    ['unknown fields', result({ new_field: { a: 1 } }), found(54.77, -1.57)],
    ['the postcode without its space', result({ postcode: 'DH14SW' }), found(54.77, -1.57)],
    ['no position', result({ latitude: null, longitude: null }), { kind: 'no_position' }],
    ['half a position', result({ longitude: null }), failed('wrong_shape')],
    ['string coordinates', result({ latitude: '54.77' }), failed('wrong_shape')],
    ['a missing coordinate', result({ latitude: undefined }), failed('wrong_shape')],
    ['1e999', result({ latitude: Number.POSITIVE_INFINITY }), failed('wrong_shape')],
    ['not a number', result({ latitude: Number.NaN }), failed('wrong_shape')],
    ['0/0', result({ latitude: 0, longitude: 0 }), failed('out_of_range')],
    ['Paris', result({ latitude: 48.85, longitude: 2.35 }), failed('out_of_range')],
    ['another postcode', result({ postcode: 'DH1 4SX' }), failed('other_postcode')],
    ['another inner status', { ...result({}), status: 404 }, failed('wrong_shape')],
    ['null', null, failed('wrong_shape')],
    ['a list', [result({})], failed('wrong_shape')],
    ['a null result', { status: 200, result: null }, failed('wrong_shape')],
    ['the other service', { data: { id: asked } }, failed('wrong_shape')],
  ] as const)('200 with %s', (_name, body, answer) => {
    expect(read(200, body)).toEqual(answer);
  });

  const unknown = { status: 404, error: 'Postcode not found' };
  const terminated = { postcode: asked, year_terminated: 2014, month_terminated: 3 };

  it.each([
    ['its own words', unknown, { kind: 'not_found' }],
    ['its words for a malformed one', { ...unknown, error: 'Invalid postcode' },
      { kind: 'not_found' }],
    ['an end', { ...unknown, terminated }, { kind: 'terminated', on: '2014-03' }],
    ['an end of another', { ...unknown, terminated: { ...terminated, postcode: 'E1 1AA' } },
      failed('other_postcode')],
    ['an end in month 13', { ...unknown, terminated: { ...terminated, month_terminated: 13 } },
      failed('http_404', 'configuration')],
    ['an unknown route', { ...unknown, error: 'Resource not found' },
      failed('http_404', 'configuration')],
    ['another inner status', { ...unknown, status: 200 }, failed('http_404', 'configuration')],
    ['null', null, failed('http_404', 'configuration')],
  ] as const)('404 with %s', (_name, body, answer) => {
    expect(read(404, body)).toEqual(answer);
  });
});

describe('findthatpostcode.uk', () => {
  const read = (status: 200 | 404, body: unknown) => findThatPostcode.read({ status, body }, asked);
  const document = (attributes: Record<string, unknown>, id: string = asked) =>
    ({ data: { type: 'postcodes', id, attributes: { lat: 54.77, long: -1.57, ...attributes } } });

  it('is asked with an encoded path', () => {
    expect(findThatPostcode.path(asked)).toBe('/postcodes/DH1%204SW.json');
  });

  it.each([
    ['a position', document({}), found(54.77, -1.57)],
    ['a null end', document({ doterm: null }), found(54.77, -1.57)],
    ['an end', document({ doterm: '2014-03-01' }), { kind: 'terminated', on: '2014-03' }],
    ['an end and no position', document({ doterm: '2014-03-01', lat: null, long: 0 }),
      { kind: 'terminated', on: '2014-03' }],
    ['null and 0.0', document({ lat: null, long: 0 }), { kind: 'no_position' }],
    ['null and null', document({ lat: null, long: null }), { kind: 'no_position' }],
    ['half a position', document({ long: null }), failed('wrong_shape')],
    ['an end that is no date', document({ doterm: 'soon' }), failed('wrong_shape')],
    ['string coordinates', document({ lat: '54.77', long: '-1.57' }), failed('wrong_shape')],
    ['0/0', document({ lat: 0, long: 0 }), failed('out_of_range')],
    ['another postcode', document({}, 'DH1 4SX'), failed('other_postcode')],
    ['null', null, failed('wrong_shape')],
    ['the other service', { status: 200, result: { postcode: asked } }, failed('wrong_shape')],
  ] as const)('200 with %s', (_name, body, answer) => {
    expect(read(200, body)).toEqual(answer);
  });

  const errors = [{ status: '404', code: 'not_found', title: 'Code not found' }];

  it.each([
    ['its own words', { message: { errors } }, { kind: 'not_found' }],
    ['the words of its next version', { detail: { errors } }, { kind: 'not_found' }],
    ['another code', { message: { errors: [{ code: 'gone' }] } },
      failed('http_404', 'configuration')],
    ['the 404 of its framework', { detail: 'Not Found' }, failed('http_404', 'configuration')],
    ['nothing', {}, failed('http_404', 'configuration')],
  ] as const)('404 with %s', (_name, body, answer) => {
    expect(read(404, body)).toEqual(answer);
  });
});
