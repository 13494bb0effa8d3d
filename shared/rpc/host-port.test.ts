import { describe, expect, it } from 'vitest';
import { hostPortText, parseHostPort } from './host-port.ts';

describe('a host and port', () => {
  it.each([
    ['127.0.0.1:7400', '127.0.0.1', 7400],
    ['orders.example:1', 'orders.example', 1],
    ['[::1]:65535', '::1', 65_535],
    ['[fe80::1.2.3.4]:80', 'fe80::1.2.3.4', 80],
  ])('%s is read and written the same', (text, host, port) => {
    expect(parseHostPort(text)).toEqual({ host, port });
    expect(hostPortText({ host, port })).toBe(text);
  });

  it.each([
    '', 'host', 'host:', ':80', 'host:0', 'host:65536', 'host:-1', 'host:1e3', 'ho st:80',
    '::1:80', '[::1]', '[::1]80', '[zz]:80', '[1.2]:80', 'http://host:80', 'host:80/', 'host:80\n',
    `${'h'.repeat(254)}:80`,
  ])('%j is refused', (text) => {
    expect(parseHostPort(text)).toBe(null);
  });
});
