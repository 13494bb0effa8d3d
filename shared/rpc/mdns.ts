import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import bonjourService from 'bonjour-service';
import type { Browser, Service, ServiceConfig } from 'bonjour-service';
import { z } from 'zod';
import { systemClock } from '../runtime/clock.ts';
import type { Timer } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { hostPortText, parseHostPort } from './host-port.ts';

/**
 * Finding the name server on the local network. What is found is a hint from strangers: whoever
 * is behind an address has to prove itself with the cluster's key.
 */

const { Bonjour } = bonjourService;
export type Responder = InstanceType<typeof Bonjour>;

const serviceType = 'orderly-ns';
const goodbyeMsMax = 500;
const selfQueryMsMax = 2_000;
const askAgainAfterMs = [250, 500, 1_000, 2_000, 4_000];
const askEveryMs = 30_000;
const candidatesMax = 32;

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
const isUnspecified = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** bonjour-service keeps to itself the emitter that reports errors of binding the socket. */
const socketOf = (responder: Responder): NodeJS.EventEmitter =>
  (responder as unknown as { server: { mdns: NodeJS.EventEmitter } }).server.mdns;

/**
 * One responder per service, because stopping one service takes records of the others with it.
 * On loopback the interface must be named and the socket bound to all: `interface` alone would
 * also be the address that is bound, and that one hears no multicast.
 */
export function openResponder(onLoopback: boolean, logger: Logger): Responder {
  const complain = (err: unknown): void => { logger.warn({ err }, 'mDNS does not work here'); };
  // The types lack the options of multicast-dns, which are passed on.
  const options = (onLoopback ? { interface: '127.0.0.1', bind: '0.0.0.0' } : {}) as object;
  const responder = new Bonjour(options as Partial<ServiceConfig>, complain);
  // An error event without a listener would end the process.
  socketOf(responder).on('error', complain);
  socketOf(responder).on('warning', (err: unknown) => { logger.debug({ err }, 'mDNS warning'); });
  return responder;
}

const destroyed = (responder: Responder): Promise<void> =>
  new Promise((resolve) => {
    const timer = systemClock.setTimer(goodbyeMsMax, resolve);
    responder.destroy(() => {
      timer.cancel();
      resolve();
    });
  });

/** The goodbye is only sent when it is awaited before the socket is closed. */
export async function stopResponder(responder: Responder): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = systemClock.setTimer(goodbyeMsMax, resolve);
    responder.unpublishAll(() => {
      timer.cancel();
      resolve();
    });
  });
  await destroyed(responder);
}

/** Answers mDNS questions for `_orderly-ns._tcp` until it is stopped. Failures are only logged. */
export function advertiseNameServer(options: {
  port: number; id: string; host: string; logger: Logger;
}): { stop(): Promise<void> } {
  const { port, id, host, logger } = options;
  const onLoopback = isLoopback(host);
  const responder = openResponder(onLoopback, logger);
  responder.publish({
    name: `orderly-ns-${id}`,
    type: serviceType,
    port,
    // The name is unique, and probing for it would delay the first announcement by a second.
    probe: false,
    disableIPv6: true,
    txt: { id, v: '1', role: 'ns', host },
  });
  const check = checkSeen({ id, onLoopback, logger });
  return {
    stop() {
      check.cancel();
      return stopResponder(responder);
    },
  };
}

/** bonjour-service says `up` even where no packet leaves the machine; asking ourselves tells. */
function checkSeen(options: { id: string; onLoopback: boolean; logger: Logger }): Timer {
  const { id, onLoopback, logger } = options;
  const asking = openResponder(onLoopback, logger);
  let seen = false;
  asking.find({ type: serviceType }, (service) => { seen ||= service.txt?.id === id; });
  const timer = systemClock.setTimer(selfQueryMsMax, () => {
    if (!seen) logger.warn({}, 'mDNS: our own announcement was not seen, use --nameserver');
    asking.destroy();
  });
  return {
    cancel() {
      timer.cancel();
      asking.destroy();
    },
  };
}

const txtSchema = z.looseObject({
  v: z.literal('1'), role: z.literal('ns'), host: z.string().max(253).optional(),
});

/** The address in an announcement; null when it is none of ours, malformed or implausible. */
export function addressIn(service: Pick<Service, 'port' | 'txt' | 'referer'>): string | null {
  const txt = txtSchema.safeParse(service.txt);
  const sender = service.referer?.address;
  if (!txt.success || sender === undefined || isIP(sender) === 0) return null;
  const named = txt.data.host ?? sender;
  const host = isUnspecified(named) ? sender : named;
  // Another machine's loopback is not ours.
  if (isLoopback(host) && !isLoopback(sender)) return null;
  const text = hostPortText({ host, port: service.port });
  return parseHostPort(text) === null ? null : text;
}

/** True when this machine is on a network. */
export const hasOutsideInterface = (): boolean =>
  Object.values(networkInterfaces()).flat()
    .some((at) => at !== undefined && at.family === 'IPv4' && !at.internal);

/** One question repeated, because a datagram may be lost, and one bounded list of answers. */
class Asking {
  readonly #responder: Responder;
  readonly #onService: (service: Service) => void;
  #browser: Browser;
  #timer: Timer | null = null;
  #heard = 0;

  constructor(responder: Responder, onService: (service: Service) => void) {
    this.#responder = responder;
    this.#onService = onService;
    this.#browser = this.#browse();
    this.#askAgain(0);
  }

  async stop(): Promise<void> {
    this.#timer?.cancel();
    this.#browser.stop();
    await destroyed(this.#responder);
  }

  #browse(): Browser {
    this.#heard = 0;
    const browser = this.#responder.find({ type: serviceType });
    const onService = (service: Service): void => {
      // Somebody floods the network; the list inside the browser must not grow with it.
      if (++this.#heard > candidatesMax) browser.stop();
      else this.#onService(service);
    };
    browser.on('up', onService).on('srv-update', onService).on('txt-update', onService);
    return browser;
  }

  #askAgain(round: number): void {
    this.#timer = systemClock.setTimer(askAgainAfterMs[round] ?? askEveryMs, () => {
      if (this.#heard > candidatesMax) this.#browser = this.#browse();
      else this.#browser.update();
      this.#askAgain(round + 1);
    });
  }
}

/**
 * Calls `found` for every address (`host:port`) that announces a name server, each again when it
 * is announced anew; they never expire. Asks on loopback, where name servers are by default, and
 * on the network if there is one.
 */
export function browseNameServers(options: {
  logger: Logger; found: (address: string) => void;
}): { stop(): Promise<void> } {
  const { logger, found } = options;
  const onService = (service: Service): void => {
    const address = addressIn(service);
    if (address !== null) found(address);
  };
  const places = hasOutsideInterface() ? [true, false] : [true];
  const askings = places.map((onLoopback) =>
    new Asking(openResponder(onLoopback, logger), onService));
  return {
    async stop() {
      await Promise.all(askings.map((asking) => asking.stop()));
    },
  };
}
