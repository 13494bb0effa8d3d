import { lookup as dnsLookup } from 'node:dns';
import { BlockList, isIP } from 'node:net';
import type { LookupFunction } from 'node:net';
import { OrderlyError } from '../../shared/contract/errors.ts';

/** Where a service is asked. Only configuration names such an address, never a request. */
export interface BaseUrl {
  /** Without a trailing slash. */
  href: string;
  /** A stand-in on this machine; only there may it be plain http. */
  loopback: boolean;
}

const ranges = (rows: string): BlockList => {
  const list = new BlockList();
  for (const row of rows.split(' ')) {
    const [network = '', bits = ''] = row.split('/');
    list.addSubnet(network, Number(bits), isIP(network) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
};

const loopbackRanges = ranges('127.0.0.0/8 ::1/128');
/** Addresses of this machine, this network, and of cloud metadata services. */
const innerRanges = ranges(
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 ' +
  '192.168.0.0/16 198.18.0.0/15 224.0.0.0/3 ::/127 64:ff9b:1::/48 fc00::/7 fe80::/10 ff00::/8',
);

const contains = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

function refuse(setting: string, code: string, detail: string): OrderlyError {
  const issues = [{ pointer: `/${setting}`, code, detail }];
  return new OrderlyError('invalid_params', `The setting ${setting} ${detail}.`, { issues });
}

function isLoopbackHost(host: string): boolean {
  if (host === 'localhost' || host.endsWith('.localhost')) return true;
  return isIP(host) !== 0 && contains(loopbackRanges, host);
}

/**
 * Checks a configured address. Throws OrderlyError `invalid_params`, naming the setting but not
 * its value, unless it is https (or http on loopback) without credentials, query or fragment.
 */
export function readBaseUrl(text: string, setting: string): BaseUrl {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null) throw refuse(setting, 'url', 'must be a URL');
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw refuse(setting, 'scheme', 'must be an https URL');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw refuse(setting, 'url', 'must not hold credentials, a query or a fragment');
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const loopback = isLoopbackHost(host);
  if (!loopback && url.protocol !== 'https:') {
    throw refuse(setting, 'scheme', 'must be an https URL (http only on this machine)');
  }
  if (!loopback && isIP(host) !== 0 && contains(innerRanges, host)) {
    throw refuse(setting, 'private_address', 'must not point into a private network');
  }
  return { href: url.href.replace(/\/+$/, ''), loopback };
}

/** A name leads to an address that its URL does not allow. */
export class PrivateAddressError extends Error {
  readonly code = 'EPRIVATEADDRESS';
}

/**
 * Name resolution for one service: a public name must not lead into this network (a poisoned or
 * mistaken record would turn us into somebody's probe), and a loopback name must stay here.
 */
export function guardedLookup({ loopback }: BaseUrl): LookupFunction {
  const allowed = (address: string): boolean =>
    loopback ? contains(loopbackRanges, address) : !contains(innerRanges, address);
  return (hostname, options, callback) => {
    dnsLookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '');
        return;
      }
      const [first] = found;
      if (first === undefined || !found.every(({ address }) => allowed(address))) {
        callback(new PrivateAddressError('the name leads into a private network'), '');
        return;
      }
      if (options.all === true) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}
