import { OrderlyError } from '../shared/contract/errors.ts';
import { nameServerMethods } from '../shared/contract/nameserver.ts';
import type { ViewNews } from '../shared/contract/view.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { NameClient } from '../shared/rpc/name-client.ts';

/** Long enough for the other programs of a machine that was switched on just now. */
const waitMsMax = 20_000;
const askEveryMs = 250;
const askMs = 2000;
/** After it no registration of an earlier process of an unknown store is alive any more. */
const leaseOverMs = 3000;

interface Registered {
  instance: string;
  alive: boolean;
}

/** `wait`: it may still come true; otherwise it is settled. */
type Judgement = { safe: boolean; wait: boolean; why: string };

/** Whether another disk surely holds all that `storeId` had confirmed (PROTOCOL I3). */
export function judgeOtherCopies(
  storeId: string | null, news: ViewNews | null, registered: readonly Registered[],
): Judgement {
  if (news === null) {
    const why = 'the name server knows of no store that could fill a new one';
    return { safe: false, wait: false, why };
  }
  const { inSync } = news.view;
  const others = inSync.filter((one) => one !== storeId);
  if (others.length === 0) {
    const why = 'it is the only store of the in-sync set, so that no other disk has all its orders';
    return { safe: false, wait: false, why };
  }
  const living = new Set(registered.filter(({ alive }) => alive).map(({ instance }) => instance));
  if (others.some((one) => living.has(one))) return { safe: true, wait: false, why: '' };
  const why = `none of the ${others.length} other members of the in-sync set is up`;
  return { safe: false, wait: true, why };
}

export interface OtherCopiesQuestion {
  names: NameClient;
  clock: Clock;
  group: string;
  /** Of the store that can not be trusted; null when nothing says so any more. */
  storeId: string | null;
}

/**
 * Asks the name server whether a blank store may take the place of one that can not be trusted:
 * null when a living member of the in-sync set holds everything, otherwise why not.
 */
export async function whyNotReplace(question: OtherCopiesQuestion): Promise<string | null> {
  const { names, clock, group, storeId } = question;
  const untilMs = clock.nowMs() + waitMsMax;
  if (storeId === null) await clock.sleep(leaseOverMs);
  for (;;) {
    let judgement: Judgement;
    try {
      const options = { deadlineMs: askMs };
      // One question after the other: the second is asked of what the first has found.
      // oxlint-disable-next-line no-await-in-loop
      const { news } = await names.call(nameServerMethods.getView, { group }, options);
      const wanted = { kind: 'replica', group };
      // oxlint-disable-next-line no-await-in-loop
      const { registrations } = await names.call(nameServerMethods.list, wanted, options);
      judgement = judgeOtherCopies(storeId, news, registrations);
    } catch (error) {
      if (!(error instanceof OrderlyError)) throw error;
      const why = 'the name server does not answer, so that nobody knows of other copies';
      judgement = { safe: false, wait: true, why };
    }
    if (judgement.safe) return null;
    if (!judgement.wait || clock.nowMs() >= untilMs) return judgement.why;
    // oxlint-disable-next-line no-await-in-loop
    await clock.sleep(askEveryMs);
  }
}
