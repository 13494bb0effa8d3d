import { OrderlyError } from '../../shared/contract/errors.ts';
import { trackParams, trackSchema } from '../../shared/contract/track.ts';
import { exampleIds } from './example-ids.ts';
import { define } from './operation.ts';
import type { Desk, PublicOperation } from './operation.ts';
import { read } from './read.ts';

export const trackPath = '/v1/track/:token';

/** Whoever has the token may see what is told under it, whoever they are. */
const holder = { actor: { kind: 'system', id: null }, session: null } as const;

/** The order that a token is for. Throws `not_found` for one that was not made here. */
export function trackedOrder(token: string, { tracks }: Pick<Desk, 'tracks'>): string {
  const id = tracks.open(token);
  if (id === null) throw new OrderlyError('not_found');
  return id;
}

export const trackOperations: readonly PublicOperation[] = [
  define({
    name: 'track.get',
    doc: 'Where an order is, for whoever was given its `track_url`: no sign-in, and nothing that '
      + 'tells who or where somebody is.',
    topic: 'orders', access: 'anyone', method: 'GET', paths: [trackPath],
    params: trackParams, key: 'none',
    success: { 200: trackSchema }, errors: ['not_found'],
    example: { params: { token: exampleIds.TRACK_TOKEN } },
    async run({ token }, _caller, desk) {
      const query = { query: 'order.track' as const, order_id: trackedOrder(token, desk) };
      const { value, ...rest } = await read(desk, 'track', { query, caller: holder });
      return { body: value, version: value.version, ...rest };
    },
  }),
];
