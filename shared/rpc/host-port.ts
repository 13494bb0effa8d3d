import { isIPv6 } from 'node:net';

export interface HostPort {
  host: string;
  port: number;
}

const form = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([A-Za-z0-9._-]{1,253})):([0-9]{1,5})$/;

/** Reads `host:port` or `[v6]:port`; null when it is neither or the port is not 1..65535. */
export function parseHostPort(text: string): HostPort | null {
  const match = form.exec(text);
  if (match === null) return null;
  const host = match[1] ?? match[2] ?? '';
  const port = Number(match[3]);
  if (port < 1 || port > 65_535) return null;
  if (match[1] !== undefined && !isIPv6(host)) return null;
  return { host, port };
}

export const hostPortText = ({ host, port }: HostPort): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
