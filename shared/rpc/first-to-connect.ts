import { OrderlyError } from '../contract/errors.ts';
import type { Clock } from '../runtime/clock.ts';
import type { RpcClient } from './client.ts';

/** The next candidate is tried when this one has failed, or has not connected for so long. */
const staggerMs = 250;

/** Of several failures the one that tells most: a wrong key, then a closed port. */
const tellingOrder: readonly unknown[] = ['handshake', 'refused'];
const telling = (failure: OrderlyError): number => {
  const rank = tellingOrder.indexOf(failure.data['reason']);
  return rank === -1 ? tellingOrder.length : rank;
};

/** null when it is connected. */
async function attempt(client: RpcClient): Promise<OrderlyError | null> {
  try {
    await client.connect();
    return null;
  } catch (error) {
    if (error instanceof OrderlyError) return error;
    throw error;
  }
}

/**
 * The first client that connects, tried in order with a short head start each, or the most telling
 * failure when none does.
 */
export async function firstToConnect(
  clients: readonly RpcClient[], clock: Clock,
): Promise<RpcClient | OrderlyError> {
  const over = new AbortController();
  let winner: RpcClient | null = null;
  const failures: OrderlyError[] = [];
  const won = new Promise<void>((resolve) => {
    over.signal.addEventListener('abort', () => resolve());
  });
  const attempts: Promise<void>[] = [];
  for (const client of clients) {
    const trying = attempt(client).then((failure) => {
      if (failure !== null) failures.push(failure);
      else {
        winner ??= client;
        over.abort();
      }
    });
    attempts.push(trying);
    await Promise.race([trying, clock.sleep(staggerMs, over.signal)]);
    if (over.signal.aborted) break;
  }
  await Promise.race([Promise.all(attempts), won]);
  if (winner !== null) return winner;
  const [first] = failures.sort((a, b) => telling(a) - telling(b));
  return first ?? new OrderlyError('unavailable', undefined, { reason: 'unreachable' });
}
