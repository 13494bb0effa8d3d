import { randomUUID } from 'node:crypto';
import {
  hasOutsideInterface, openResponder, stopResponder, type Responder,
} from '../../../shared/rpc/mdns.ts';
import { silentLogger } from '../../../shared/runtime/logger.ts';
import { type Check, type Patient, ok, warn } from './check.ts';

/** Whether what this machine announces by mDNS can be heard, here and from its own network. */

const waitMs = 1_500;
/** Not that of the name server: nobody shall take the trial for one. */
const serviceType = 'orderly-doctor';

function heard(
  announcer: Responder, listener: Responder, { io }: Patient,
): Promise<boolean> {
  const id = randomUUID();
  return new Promise((resolve) => {
    const finish = (seen: boolean): void => {
      timer.cancel();
      asking.cancel();
      resolve(seen);
    };
    const timer = io.clock.setTimer(waitMs, () => finish(false));
    const browser = listener.find({ type: serviceType }, (service) => {
      if (service.txt?.id === id) finish(true);
    });
    const asking = io.clock.setRepeating(waitMs / 5, () => browser.update());
    announcer.publish({
      name: `orderly-doctor-${id.slice(0, 8)}`, type: serviceType, port: 1, probe: false,
      disableIPv6: true, txt: { id },
    });
  });
}

async function seesItself(onLoopback: boolean, patient: Patient): Promise<boolean> {
  const announcer = openResponder(onLoopback, silentLogger);
  const listener = openResponder(onLoopback, silentLogger);
  try {
    return await heard(announcer, listener, patient);
  } finally {
    await Promise.all([stopResponder(announcer), stopResponder(listener)]);
  }
}

export async function multicastChecks(patient: Patient): Promise<Check[]> {
  const places = [
    { name: 'on this machine', onLoopback: true },
    ...(hasOutsideInterface() ? [{ name: 'on the network', onLoopback: false }] : []),
  ];
  return Promise.all(places.map(async ({ name, onLoopback }): Promise<Check> => {
    if (await seesItself(onLoopback, patient)) {
      return ok('multicast', `mDNS works ${name}: programs find each other by themselves`);
    }
    return warn('multicast', `mDNS is not heard ${name}`,
      'name the name server by hand: --nameserver HOST:PORT');
  }));
}
