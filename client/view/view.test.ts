import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderAnswer, type Order } from '../answers/order.ts';
import { cartOf, totalOf } from '../cart.ts';
import { draftOf } from '../draft.ts';
import { parseItem } from '../parse-item.ts';
import { paintFor, type Screen } from '../terminal.ts';
import { exampleMenu, exampleOrder } from '../testing/examples.ts';
import { menuView } from './menu.ts';
import { duration, moment } from './moment.ts';
import { money, parsePounds, pounds } from './money.ts';
import { historyView, orderView } from './order.ts';
import { placedView } from './placed.ts';
import { ordersView } from './orders.ts';
import { summaryView } from './summary.ts';
import { told } from './told.ts';
import { addressCheckWords, reasonWords, statusWords } from './words.ts';

const plain: Screen = { width: 120, paint: paintFor(false), timeZone: 'UTC' };
const coloured: Screen = { ...plain, paint: paintFor(true) };
const order = orderAnswer.parse(exampleOrder());
const withGeocode = (geocode: { corrected?: boolean; status?: string }): Order => {
  const { delivery } = order;
  if (delivery === null || delivery === undefined) throw new Error('the example is delivered');
  return { ...order, delivery: { ...delivery, geocode: { ...delivery.geocode, ...geocode } } };
};
const gbp = (amount: number) => ({ amount, currency: 'GBP' });

describe('money', () => {
  it('is written in pounds with two decimals', () => {
    expect([0, 5, 99, 100, 1230, 123456789].map((pence) => money(gbp(pence)))).toEqual([
      '£0.00', '£0.05', '£0.99', '£1.00', '£12.30', '£1234567.89',
    ]);
    expect(money(gbp(-5))).toBe('-£0.05');
    expect(money({ amount: 250, currency: 'EUR' })).toBe('2.50 EUR');
  });

  it('is exact up to the largest integer', () => {
    expect(money(gbp(Number.MAX_SAFE_INTEGER))).toBe('£90071992547409.91');
  });

  it('is read back to the same pence', () => {
    fc.assert(fc.property(fc.nat({ max: 999_999_999 }), (pence) => {
      expect(parsePounds(pounds(pence))).toBe(pence);
    }));
    expect(['12', '12.3', '£12.30', ' 12.30 '].map(parsePounds)).toEqual([1200, 1230, 1230, 1230]);
    expect(['', '-1', '1.234', '1,5', 'x', '1e3', '.5'].map(parsePounds)).toEqual(
      Array.from({ length: 7 }, () => null),
    );
  });
});

describe('words', () => {
  it('stand for every code, and unknown codes stay readable', () => {
    expect(statusWords('out_for_delivery')).toBe('on its way');
    expect(statusWords('beamed_up')).toBe('beamed up');
    expect(statusWords('constructor')).toBe('constructor');
    expect(reasonWords('changed_mind')).toBe('changed my mind');
    expect(addressCheckWords({ status: 'resolved', corrected: true, disputed: false }))
      .toBe('checked, corrected');
    expect(addressCheckWords({ status: 'resolved', corrected: true, disputed: true }))
      .toBe('services disagree');
    expect(addressCheckWords({ status: '\u001b[2J', corrected: false, disputed: false }))
      .toBe('\\u{1b}[2J');
  });

  it('tell moments and lengths of time', () => {
    expect(moment('2026-01-02T12:00:00.000Z', 'UTC')).toBe('02 Jan, 12:00');
    expect(moment('\u001b[2Jyesterday', 'UTC')).toBe('\\u{1b}[2Jyesterday');
    expect([0, 12_000, 300_000, 9_000_000, 400_000_000].map(duration)).toEqual([
      '0 s', '12 s', '5 min', '2 h', '4 d',
    ]);
  });
});

describe('told', () => {
  it('never lets a control character, a line break or a lone surrogate through', () => {
    // eslint-disable-next-line no-control-regex
    const steering = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e]|\p{Surrogate}/u;
    const anyText = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(fc.property(anyText, (text) => { expect(told(text)).not.toMatch(steering); }));
    expect(told('a\u001b[2J\u0007\r\u202e\u200bb\ud800')).toBe(
      'a\\u{1b}[2J\\u{7}\\u{d}\\u{202e}\\u{200b}b\\u{d800}',
    );
  });

  it('cuts 10,000 combining marks and never a pair', () => {
    expect(told(`e${'\u0301'.repeat(10_000)}`).length).toBe(301);
    expect(told('😀'.repeat(10), 3)).toBe('😀😀😀…');
    expect(told('😀😀😀', 3)).toBe('😀😀😀');
  });
});

describe('the menu', () => {
  it('shows SKU, name, price and options', () => {
    expect(menuView(exampleMenu, plain)).toBe([
      'Soups',
      'SKU    ITEM            PRICE',
      'soup   Tomato soup     £4.50',
      'broth  Broth        sold out',
      '  soup: Size (choose 1): +small Small, +large Large £1.50',
      '  soup: Extras (up to 2): +cream Cream £0.50, +basil Basil £0.30, +chilli Chilli £0.30',
      '',
      'Bread',
      'SKU   ITEM  PRICE',
      'roll  Roll  £0.95',
    ].join('\n'));
  });

  it('keeps to a narrow terminal', () => {
    const lines = menuView(exampleMenu, { ...plain, width: 27 }).split('\n');
    expect(lines.filter((line) => line.length > 27)).toEqual([]);
  });

  it('says so when it is empty', () => {
    expect(menuView({ categories: [] }, plain)).toBe('The menu is empty.');
  });
});

describe('orders', () => {
  it('are a table with words for status and address', () => {
    expect(ordersView({ data: [order], next_cursor: null }, plain)).toBe([
      'NUMBER  PLACED         ITEMS             TOTAL  STATUS    ADDRESS',
      'A-042   02 Jan, 12:00  2 × Tomato soup  £12.00  ○ placed  checked',
    ].join('\n'));
    expect(ordersView({ data: [], next_cursor: null }, plain)).toBe('No orders.');
  });

  it('keep one line each, whatever their names hold', () => {
    const hostile = structuredClone(order);
    hostile.lines = hostile.lines.map((line) => ({ ...line, name: 'a\nb\u001b]0;pwned\u0007' }));
    hostile.status = '\u001b[31mred';
    const text = ordersView({ data: [hostile], next_cursor: null }, plain);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u0007');
  });

  it('get colour beside the words, only where it is wanted', () => {
    const page = { data: [order], next_cursor: null };
    const cyan = '\u001b[36m○ placed\u001b[39m';
    expect(ordersView(page, coloured)).toContain(cyan);
    expect(ordersView(page, plain)).not.toContain('\u001b');
  });
});

describe('one order', () => {
  it('is shown with everything a person asks about', () => {
    const cancelled = { ...order, notes: 'Ring twice', cancel: { reason: 'duplicate' } };
    expect(orderView(cancelled, plain)).toBe([
      'Order     A-042',
      'Id        0190f3a0-0000-7000-8000-000000000001',
      'Placed    02 Jan, 12:00',
      'Status    ○ placed, waiting for the shop',
      'Name      Ann Smith',
      'Phone     +441914980123',
      'Address   1 High St, Durham, DH1 3LE (checked)',
      'Note      Ring twice',
      'Reason    ordered twice',
      '',
      'QTY  ITEM                    SUM',
      '  2  Tomato soup (Large)  £12.00',
      '',
      'Total     £12.00',
    ].join('\n'));
  });

  it('has a history', () => {
    const at = '2026-01-02T12:00:00.000Z';
    expect(historyView([
      {
        at, type: 'placed', from: null, to: 'placed', actor: { kind: 'customer' }, reason: null,
        note: null,
      },
      { at, type: 'geocoded', from: 'placed', to: 'placed', actor: { kind: 'system' } },
      {
        at, type: 'cancelled', from: 'placed', to: 'cancelled', actor: { kind: 'staff' },
        reason: 'other', note: 'shop closed',
      },
    ], plain)).toBe([
      'TIME           WHAT                          BY        WHY',
      '02 Jan, 12:00  placed, waiting for the shop  customer',
      '02 Jan, 12:00  address checked               system',
      '02 Jan, 12:00  cancelled                     staff     another reason: shop closed',
    ].join('\n'));
  });

  it('tells after placing what became of the postcode', () => {
    const corrected = withGeocode({ corrected: true });
    expect(placedView(corrected, { replayed: false, url: '' }, plain)).toBe([
      'Order A-042 is placed.',
      'Status: placed, waiting for the shop. Total: £12.00.',
      'We read that as DH1 3LE.',
    ].join('\n'));
    const unverified = withGeocode({ status: 'unverified' });
    expect(placedView(unverified, { replayed: true, url: '' }, plain)).toBe([
      'Order A-042 was placed before with this key; nothing was placed again.',
      'Status: placed, waiting for the shop. Total: £12.00.',
      'We could not check the postcode just now. We will check it before your order leaves.',
    ].join('\n'));
  });
});

describe('the summary', () => {
  const lines = [parseItem('soup:2+large+cream'), parseItem('roll')];

  it('shows what it costs and when it comes, as far as that is known', () => {
    const texts = { name: 'Ann', phone: '0191', line1: '1 High St', postcode: 'DH1 3LE' };
    const draft = draftOf({}, lines, texts);
    const cart = cartOf(exampleMenu, lines);
    expect(totalOf(cart)).toBe(2 * (450 + 150 + 50) + 95);
    const delivery = { postcode: 'DH1 3LE', corrected: true };
    const quote = {
      totals: { delivery_fee: gbp(250), total: gbp(1645) }, delivery, problems: [],
      eta: { earliest: '2026-01-02T12:30:00.000Z', latest: '2026-01-02T12:45:00.000Z' },
    };
    const summary = { cart, items: totalOf(cart), draft, quote };
    expect(summaryView(summary, plain)).toBe([
      'QTY  ITEM                            SUM',
      '  2  Tomato soup + Large + Cream  £13.00',
      '  1  Roll                          £0.95',
      '',
      'Fee     £2.50',
      'Total   £16.45',
      'For     Ann, 0191',
      'To      1 High St, DH1 3LE',
      'Between 02 Jan, 12:30 and 02 Jan, 12:45',
      'We read that as DH1 3LE',
    ].join('\n'));
    const detail = 'The shop is closed now.';
    const closed = { ...quote, problems: [{ pointer: '', detail }] };
    expect(summaryView({ ...summary, quote: closed }, plain)).toContain(`! ${detail}`);
    expect(summaryView({ ...summary, quote: closed }, plain)).not.toContain('Between');
    expect(summaryView({ ...summary, quote: null }, plain))
      .toContain('Items   £13.95\nTotal   not known now');
  });

  it('does not invent the price of what the menu does not have', () => {
    expect(totalOf(cartOf(exampleMenu, [...lines, parseItem('cake')]))).toBeNull();
    expect(totalOf(cartOf(exampleMenu, [parseItem('roll+large+gold')]))).toBeNull();
  });
});
