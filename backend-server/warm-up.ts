import { backendMethods } from '../shared/contract/backend.ts';
import { buildPlace } from './admission/build-order.ts';
import { parsePostcode } from './geocoding/postcode.ts';
import { decodeCommand } from './orders/codec.ts';
import { defaultCatalogue } from './orders/default-catalogue.ts';

/** Enough for the engine to compile what every order runs through. */
const rounds = 300;
const roundsPerTurn = 20;

/**
 * A backup never admits an order, so the first ones after a fail-over would run through code that
 * was not compiled yet, in the very moment in which everybody waits. This runs the pure part of
 * admission on a made-up request, in small pieces, and throws the results away.
 */
export const warmUpAdmission = async (): Promise<void> => {
  for (let round = 0; round < rounds; round += 1) {
    admitOnce(round);
    // oxlint-disable-next-line no-await-in-loop
    if (round % roundsPerTurn === 0) await new Promise((resolve) => setImmediate(resolve));
  }
};

const item = defaultCatalogue.menu.categories
  .flatMap(({ items }) => items)
  .find(({ option_groups: groups }) => groups.every(({ min }) => min === 0));

const admitOnce = (round: number): void => {
  const input = {
    customer: { name: 'Nobody', phone: '01914980123' },
    lines: [{ sku: item?.sku ?? 'none', quantity: 1 + (round % 9) }],
    delivery: { address: { line1: '1 High Street', postcode: 'dh1 4sw' } },
  };
  const actor = { kind: 'operator', id: null } as const;
  const params = backendMethods.submit.params.safeParse({
    viewNumber: 1,
    principal: actor,
    key: `warm-up-${round}`,
    fingerprint: '0'.repeat(64),
    request: { operation: 'order.create', input },
  });
  const parsed = parsePostcode(input.delivery.address.postcode);
  if (!params.success || !parsed.ok) return;
  const at = '2026-01-01T00:00:00.000Z';
  const built = buildPlace(input, {
    catalogue: defaultCatalogue,
    id: '019a0000-0000-7000-8000-000000000000',
    now: at,
    address: {
      postcode: parsed.postcode,
      postcodeInput: input.delivery.address.postcode,
      corrected: parsed.corrected,
      geocode: {
        status: 'unverified',
        source: 'none',
        provider: null,
        looked_up_at: at,
        corrected: false,
        disputed: false,
        attempts: [],
      },
      position: null,
      distanceM: 1000,
    },
    queueMinutes: 0,
    actor,
  });
  if (built.ok) decodeCommand(JSON.stringify({ opId: '', fingerprint: '', at, ...built.body }));
};
