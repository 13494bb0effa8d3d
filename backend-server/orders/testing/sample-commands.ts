import { gbp } from '../../../shared/contract/order.ts';
import type { Step } from '../../../shared/contract/lifecycle.ts';
import type { Geocode } from '../../../shared/contract/order.ts';
import { assert, must } from '../../../shared/runtime/assert.ts';
import type { Command, CommandBody, OrderDraft } from '../commands.ts';
import { defaultCatalogue } from '../default-catalogue.ts';
import type { LineIn } from '../pricing.ts';
import { priceLines, sumUp } from '../pricing.ts';

/** Well-formed commands for tests. Everything is a function of the small number that is given. */

type BodyOf<K extends CommandBody['kind']> = Extract<CommandBody, { kind: K }>;

const twoDigits = (n: number): string => String(n % 100).padStart(2, '0');

/** The nth instant of a test, a second apart. */
const sampleInstant = (n: number): string =>
  new Date(1_750_000_000_000 + n * 1000).toISOString();

/** The nth order id; the same n is the same order. */
export const sampleOrderId = (n: number): string =>
  `0197a000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`;

/** The account that the nth order belongs to. */
export const sampleOwner = (n: number): string => `customer-${n % 7}`;

export const sampleGeocode = (status: Geocode['status']): Geocode => ({
  status,
  source: status === 'unverified' ? 'none' : 'primary',
  provider: status === 'unverified' ? null : 'postcodes.io',
  looked_up_at: sampleInstant(0),
  corrected: false,
  disputed: false,
  attempts: [{ provider: 'postcodes.io', outcome: 'found', error: null, ms: 31 }],
});

const deliveryFee = 150;

interface DraftOptions {
  /** Decides id, customer and postcode. */
  n: number;
  lines?: readonly LineIn[];
  geocode?: Geocode['status'];
}

const someLines: readonly LineIn[] = [
  { sku: 'fish-and-chips', quantity: 2, options: ['size-large', 'sauce-curry'], note: 'no salt' },
  { sku: 'tea', quantity: 1 },
];

function sampleDraft(options: DraftOptions): OrderDraft {
  const { n, lines = someLines, geocode = 'resolved' } = options;
  const priced = priceLines(defaultCatalogue.menu, lines);
  assert(priced.problems.length === 0, 'sample lines are on the default menu');
  const found = priced.lines.map((line) => must(line, 'what has no problem has a price'));
  const totals = sumUp(found, { deliveryFee, tip: n % 5, taxPercent: 20 });
  const resolved = geocode === 'resolved';
  return {
    id: sampleOrderId(n),
    shop_id: 'main',
    channel: 'cli',
    external_ref: n % 3 === 0 ? `till-${n}` : null,
    fulfilment: 'delivery',
    schedule: 'asap',
    customer: {
      id: sampleOwner(n),
      name: `Ayşe O'Neil ${n}`,
      phone: `+4419138400${twoDigits(n % 7)}`,
      email: n % 2 === 0 ? `c${n}@example.org` : null,
    },
    lines: found.map((line, index) => ({ id: `line-${index + 1}`, ...line })),
    menu_version: 1,
    notes: n % 4 === 0 ? 'ring twice' : null,
    delivery: {
      address: {
        line1: `${n} North Bailey`, line2: null, city: 'Durham',
        postcode: `DH1 ${n % 5}EZ`, country: 'GB',
      },
      postcode_input: `dh1${n % 5}ez`,
      position: resolved ? { lat: 54.7753 + n / 1e5, lng: -1.5849 } : null,
      geocode: sampleGeocode(geocode),
      distance_m: resolved ? 500 + n : null,
      fee: gbp(deliveryFee),
      instructions: null,
      contactless: n % 2 === 1,
    },
    totals: must(totals, 'samples are cheap'),
    payment: { method: 'cash', status: 'unpaid' },
    eta: null,
    accept_by: null,
  };
}

/** Puts a head on a body; `n` decides opId, fingerprint and time. */
export const sampleCommand = <B extends CommandBody>(n: number, body: B): B & Command => ({
  opId: `op-${n}`,
  fingerprint: n.toString(16).padStart(64, '0'),
  at: sampleInstant(n),
  ...body,
}) as B & Command;

export const sampleInstall = (): BodyOf<'catalogue.install'> =>
  ({ kind: 'catalogue.install', ...structuredClone(defaultCatalogue) });

export const samplePlace = (options: DraftOptions & { day?: string }): BodyOf<'order.place'> => ({
  kind: 'order.place',
  draft: sampleDraft(options),
  day: options.day ?? '2025-06-15',
  actor: { kind: 'customer', id: sampleOwner(options.n) },
});

export const sampleCancel = (orderNumber: number, by: 'customer' | 'staff' = 'customer'):
BodyOf<'order.cancel'> => ({
  kind: 'order.cancel',
  orderId: sampleOrderId(orderNumber),
  actor: { kind: by, id: by === 'customer' ? sampleOwner(orderNumber) : null },
  reason: 'changed_mind',
  note: null,
});

/** As it is admitted; `n` of the head decides the time. */
export const sampleMove = (
  orderNumber: number, step: Step, parts: Partial<BodyOf<'order.move'>> = {},
): BodyOf<'order.move'> => {
  const isAccepted = step === 'accept';
  return {
    kind: 'order.move',
    orderId: sampleOrderId(orderNumber),
    step,
    actor: { kind: 'staff', id: null },
    reason: 'other',
    note: null,
    expectedVersion: null,
    prepMinutes: isAccepted ? 20 : null,
    cancellableUntil: isAccepted ? sampleInstant(30) : null,
    courier: step === 'dispatch' ? { name: 'Grace Hopper', phone: '+447700900123' } : null,
    eta: isAccepted ? {
      earliest: sampleInstant(1800), latest: sampleInstant(2700), basis: 'accepted',
      updated_at: sampleInstant(0),
    } : null,
    ...parts,
  };
};

/** Other lines, address and notes, at the version that is given. */
export function sampleAmend(
  orderNumber: number, expectedVersion: number, lines?: readonly LineIn[],
): BodyOf<'order.amend'> {
  const { schedule, lines: priced, menu_version, delivery, totals, eta, accept_by } =
    sampleDraft({ n: orderNumber, ...(lines !== undefined && { lines }) });
  return {
    kind: 'order.amend',
    orderId: sampleOrderId(orderNumber),
    actor: { kind: 'staff', id: null },
    expectedVersion,
    until: null,
    amended: {
      schedule, lines: priced, menu_version, notes: 'knock', totals, eta, accept_by,
      delivery: delivery === null ? null : {
        ...delivery, address: { ...delivery.address, line1: '2 Palace Green' },
      },
    },
  };
}

export const sampleGeocoded = (orderNumber: number, status: Geocode['status']):
BodyOf<'order.geocoded'> => ({
  kind: 'order.geocoded',
  orderId: sampleOrderId(orderNumber),
  position: status === 'resolved' ? { lat: 54.7, lng: -1.5 } : null,
  geocode: sampleGeocode(status),
  distanceM: status === 'resolved' ? 1234 : null,
});
