import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../shared/runtime/clock.ts';
import { createLogger, silentLogger } from '../../shared/runtime/logger.ts';
import { FrontDoor } from '../testing/front-door.ts';
import { selfSigned } from '../../shared/rpc/testing/certificates.ts';
import { Certificate } from './certificate.ts';

const dir = mkdtempSync(join(tmpdir(), 'orderly-tls-'));
const files = { cert: join(dir, 'cert.pem'), key: join(dir, 'key.pem') };

function write(texts: { cert: string; key: string }): string {
  writeFileSync(files.cert, texts.cert);
  writeFileSync(files.key, texts.key, { mode: 0o600 });
  return texts.cert;
}

const parts = { clock: systemClock, logger: silentLogger };
const door = new FrontDoor();
let first: string;

beforeAll(async () => {
  first = write(selfSigned(systemClock.wallMs()));
  await door.start(1, { certificate: new Certificate(files, parts) });
});
afterAll(async () => {
  await door.stop();
  rmSync(dir, { recursive: true });
});

/** Sends a request as text; resolves with the protocol and the answer, or the error. */
function ask(options: { ca: string; minVersion?: 'TLSv1.3'; maxVersion?: 'TLSv1.1' | 'TLSv1.2' }):
  Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket: TLSSocket = connect({
      port: door.port, host: '127.0.0.1', ...options,
      // What is refused shall be refused by the server.
      ...(options.maxVersion === 'TLSv1.1' && { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' }),
    }, () => {
      text = `${String(socket.getProtocol())} `;
      socket.write('GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n');
    });
    socket.on('data', (chunk) => { text += chunk.toString('latin1'); });
    socket.on('error', (error) => resolve(`error ${error.message}`));
    socket.on('close', () => resolve(text));
  });
}

describe('a front end with a certificate', () => {
  it('answers over TLS 1.2 and 1.3, and tells browsers to stay with it', async () => {
    const newest = await ask({ ca: first });
    expect(newest).toContain('TLSv1.3 HTTP/1.1 200 OK');
    expect(newest).toContain('strict-transport-security: max-age=31536000');
    expect(await ask({ ca: first, maxVersion: 'TLSv1.2' })).toContain('TLSv1.2 HTTP/1.1 200 OK');
  });

  it('refuses older versions, and 23: closes what is no TLS', async () => {
    expect(await ask({ ca: first, maxVersion: 'TLSv1.1' })).toContain('error ');
    const plain = await door.raw('GET /v1/menu HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
    expect(plain).not.toContain('HTTP/1.1 200');
    expect(await ask({ ca: first })).toContain('200 OK');
  });
});

describe('the files of a certificate', () => {
  it('are refused when they are no pair, or the key may be read by others', () => {
    const whole = new Certificate(files, parts);
    expect(whole.expiresMs).toBeGreaterThan(systemClock.wallMs());
    const made = (change: () => void): (() => unknown) => () => {
      change();
      return new Certificate(files, parts);
    };
    expect(made(() => chmodSync(files.key, 0o644))).toThrow(/key\.pem/);
    chmodSync(files.key, 0o600);
    expect(made(() => writeFileSync(files.key, selfSigned(0).key))).toThrow(/is not that of/);
    expect(made(() => writeFileSync(files.key, 'no key'))).toThrow(/not a certificate and a key/);
    expect(made(() => rmSync(files.cert))).toThrow(/cert\.pem can not be read \(ENOENT\)/);
  });

  it('are read again, and what is no pair then changes nothing', () => {
    const lines: string[] = [];
    const logger = createLogger({
      role: 'frontend', id: 'f', level: 'info', format: 'json',
      destination: { write: (line) => { lines.push(line); } },
    });
    write(selfSigned(systemClock.wallMs()));
    const certificate = new Certificate(files, { clock: systemClock, logger });
    const taken: unknown[] = [];
    const server = { setSecureContext: ({ cert }: { cert?: unknown }) => { taken.push(cert); } };
    const second = write(selfSigned(systemClock.wallMs(), 1));
    certificate.reload(server);
    expect(taken).toEqual([second]);
    expect(lines.join('')).toContain('ends soon');
    writeFileSync(files.key, 'no key');
    certificate.reload(server);
    expect(taken).toHaveLength(1);
    expect(certificate.context.cert).toBe(second);
    expect(lines.at(-1)).toContain('stays as it was');
    expect(lines.join('')).not.toContain('PRIVATE KEY');
  });
});
