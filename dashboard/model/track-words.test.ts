import { expect, it } from 'vitest';
import { orderStatuses } from '../../shared/contract/order.ts';
import type { OrderStatus } from '../../shared/contract/order.ts';
import { etaLabel, trackHeadline, trackSteps } from './track-words.ts';
import { t0 } from './testing/orders.ts';

const track = (status: OrderStatus, ...before: OrderStatus[]) => ({
  status, fulfilment: 'delivery' as const, reason: null, courier: null,
  history: [...before, status].map((one) => ({ status: one, at: t0 })),
});
const states = (of: Parameters<typeof trackSteps>[0]): string =>
  trackSteps(of).map(({ state }) => state).join(' ');

it('shows what is done, what is now and what is ahead', () => {
  expect(states(track('placed'))).toBe('now ahead ahead ahead ahead ahead');
  expect(states(track('ready', 'placed', 'accepted', 'preparing')))
    .toBe('done done done now ahead ahead');
  expect(states(track('delivered', 'placed', 'accepted', 'preparing', 'ready',
    'out_for_delivery'))).toBe('done done done done done done');
  expect(trackSteps({ ...track('ready'), fulfilment: 'collection' }).at(-1)?.text)
    .toBe('Collected');
});

it('says what went wrong after what was done, and why', () => {
  const rejected = trackSteps({ ...track('rejected', 'placed'), reason: 'not_accepted_in_time' });
  expect(rejected.map(({ state }) => state)).toEqual(['done', 'now', ...Array(5).fill('off')]);
  expect(rejected[1]?.text).toBe('The shop could not take it: not accepted in time');
  const failed = track('failed', 'placed', 'accepted', 'preparing', 'ready', 'out_for_delivery');
  expect(states(failed)).toBe('done done done done done now');
});

it('has a sentence for each status, with the first name of who brings it', () => {
  const sentences = orderStatuses.map((status) => trackHeadline(track(status)));
  expect(new Set(sentences).size).toBe(orderStatuses.length);
  expect(trackHeadline({ ...track('out_for_delivery'), courier: { first_name: 'Grace' } }))
    .toBe('Grace is on the way to you.');
});

it('promises a time only while there is one to promise', () => {
  const eta = { earliest: t0, latest: t0, basis: 'quote' as const, updated_at: t0 };
  expect(etaLabel({ ...track('preparing'), eta })).toBe('With you');
  expect(etaLabel({ ...track('delivered'), eta })).toBeNull();
  expect(etaLabel({ ...track('failed'), eta })).toBeNull();
  expect(etaLabel({ ...track('placed'), eta: null })).toBeNull();
});
