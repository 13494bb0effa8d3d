import { reply } from './exchange.ts';
import type { Reply } from './exchange.ts';

const headers = {
  'access-control-allow-origin': '*',
  'content-type': 'application/json; charset=utf-8',
};

export const succeed = (result: unknown): Reply =>
  reply(200, headers, JSON.stringify({ status: 200, result }));

export const fail = (status: number, error: string, more?: Record<string, unknown>): Reply =>
  reply(status, headers, JSON.stringify({ status, error, ...more }));

export const internalError = (): Reply => fail(500, [
  '500 Server Error.',
  'For an urgent fix email support@ideal-postcodes.co.uk. ',
  'Alternatively submit an issue at https://github.com/ideal-postcodes/postcodes.io/issues',
  '',
].join('\n'));
