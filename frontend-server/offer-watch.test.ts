import { expect, it } from 'vitest';
import type { Query } from '../shared/contract/backend.ts';
import { OrderlyError } from '../shared/contract/errors.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import type { ReadRequest, ReadResult } from './forwarder.ts';
import { OfferWatch } from './offer-watch.ts';
import { sampleMenu } from './testing/samples.ts';

const shopsOf = (...ids: string[]): ReadResult['result'] =>
  ({ shops: ids.map((id) => ({ id })) }) as ReadResult['result'];

it('every shop and its menu are read as soon as a back end answers, without a round, and kept',
  async () => {
    const asked: Query[] = [];
    let away = true;
    let kept = 0;
    const watch = new OfferWatch({
      clock: systemClock,
      lastOffer: {
        keep() {
          kept = asked.length;
          return Promise.resolve();
        },
      },
      forwarder: {
        read({ query, stale }: ReadRequest): Promise<ReadResult> {
          if (away) {
            away = false;
            return Promise.reject(new OrderlyError('unavailable'));
          }
          expect(stale).toBe(true);
          asked.push(query);
          const result = query.query === 'shop.list'
            ? shopsOf('main', 'market') : { menu: sampleMenu() };
          return Promise.resolve({ result, lsn: 1 });
        },
      },
    });
    const running = watch.run();
    const all: Query[] = [
      { query: 'shop.list' }, { query: 'menu.get' }, { query: 'menu.get', shop_id: 'main' },
      { query: 'menu.get', shop_id: 'market' },
    ];
    await expect.poll(() => asked, { timeout: 10_000 }).toEqual(all);
    await expect.poll(() => kept).toBe(all.length);
    watch.stop();
    await running;
  });
