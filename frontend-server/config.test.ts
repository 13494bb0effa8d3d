import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { readFrontendConfig } from './config.ts';
import { frontendOptions } from './options.ts';

const configOf = (...args: string[]) => {
  const command = frontendOptions(new Command()).parse(args, { from: 'user' });
  return readFrontendConfig(command.opts());
};

describe('readFrontendConfig', () => {
  it('has the documented defaults', () => {
    expect(configOf()).toMatchObject({
      host: '127.0.0.1', port: 8080, nameservers: [], mdns: true, group: 'main',
    });
  });

  it('reads several addresses of name servers, and refuses what is none', () => {
    const given = '10.0.0.1:7400, [::1]:7401';
    const { nameservers, mdns } = configOf('--nameserver', given, '--no-mdns');
    expect([nameservers, mdns]).toEqual([['10.0.0.1:7400', '[::1]:7401'], false]);
    for (const wrong of [['--nameserver', 'nowhere'], ['--port', '70000'], ['--port', 'x'],
      ['--log-level', 'loud']]) {
      expect(() => configOf(...wrong), wrong.join(' ')).toThrow(/^--/);
    }
  });
});

describe('beyond this machine', () => {
  it('it listens with a certificate, or when something in front of it has one', () => {
    const outside = ['--host', '0.0.0.0'];
    expect(() => configOf(...outside)).toThrow(/--tls-cert and --tls-key, or --insecure-http/);
    expect(() => configOf(...outside, '--tls-cert', 'a.pem')).toThrow(/together or not at all/);
    expect(configOf(...outside, '--insecure-http').tls).toBeNull();
    expect(configOf(...outside, '--tls-cert', 'a.pem', '--tls-key', 'b.pem').tls)
      .toEqual({ cert: 'a.pem', key: 'b.pem' });
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.3.2.1']) {
      expect(configOf('--host', host).tls, host).toBeNull();
    }
    for (const host of ['10.0.0.1', '::', '127.evil.example', 'example.org']) {
      expect(() => configOf('--host', host), host).toThrow(/beyond this machine/);
    }
  });

  it('it trusts the proxies that are named, by address or network', () => {
    const { trustedProxy } = configOf('--trusted-proxy', '10.0.0.0/8, ::1');
    expect(trustedProxy).toEqual(['10.0.0.0/8', '::1']);
    expect(() => configOf('--trusted-proxy', 'proxy.example')).toThrow(/--trusted-proxy/);
    expect(configOf('--rate-limits', '0').rateLimits).toBe(0);
    expect(() => configOf('--rate-limits', '-1')).toThrow(/--rate-limits/);
  });
});
