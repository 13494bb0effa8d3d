import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import { request } from 'undici';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFrontendConfig } from './config.ts';
import { runFrontend } from './main.ts';
import { frontendOptions } from './options.ts';

let home: string;
beforeEach(() => { home = mkdtempSync(join(tmpdir(), 'orderly-main-')); });
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(home, { recursive: true, force: true });
});

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

describe('runFrontend', () => {
  it('serves without a name server or a back end, says that it is not ready, and stops cleanly',
    async () => {
      const lines: string[] = [];
      vi.spyOn(process.stdout, 'write').mockImplementation((text) => lines.push(String(text)) > 0);
      const nobody = '127.0.0.1:1';
      const config = {
        ...configOf('--port', '0', '--nameserver', nobody, '--no-mdns', '--json', '--log-level',
          'error', '--data', join(home, 'frontend-7')),
        home,
      };
      const exitCode = runFrontend(config);
      await expect.poll(() => lines.length, { timeout: 20_000 }).toBe(1);
      const ready = JSON.parse(lines[0] ?? '') as { url: string };
      expect(ready).toMatchObject({ event: 'ready', role: 'frontend', id: 'frontend-7' });
      const statusOf = async (path: string): Promise<number> => {
        const { statusCode, body } = await request(`${ready.url}${path}`);
        await body.dump();
        return statusCode;
      };
      expect(await statusOf('/livez')).toBe(200);
      expect(await statusOf('/readyz')).toBe(503);
      expect(await statusOf('/v1/orders')).toBe(401);
      process.emit('SIGTERM', 'SIGTERM');
      expect(await exitCode).toBe(0);
      await expect(statusOf('/livez')).rejects.toThrow();
    });
});
