import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { addSecurityHeaders } from '../http/security-headers.ts';
import type { PageFile } from './page-files.ts';
import { addPageFiles } from './page-routes.ts';

const file = (path: string, immutable: boolean): PageFile =>
  ({ path, type: 'text/html', body: Buffer.from('x'), etag: '"tag"', immutable });

it('serves what is in the table and nothing else, with a policy that allows nothing foreign',
  async () => {
    const app = Fastify();
    addSecurityHeaders(app, false);
    addPageFiles(app, [file('/', false), file('/assets/index-a1.js', true)]);
    const page = await app.inject({ url: '/' });
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*|data:/);
    expect(page.headers['cache-control']).toBe('no-cache');
    const tracker = await app.inject({ url: '/track/some-token' });
    expect(tracker.body).toBe(page.body);
    expect(tracker.headers['content-security-policy']).toBe(policy);
    const asset = await app.inject({ url: '/assets/index-a1.js' });
    expect(asset.headers['cache-control']).toContain('immutable');
    const again = await app.inject({ url: '/', headers: { 'if-none-match': '"tag"' } });
    expect(again.statusCode).toBe(304);
    const escapes = ['/../../etc/passwd', '/assets/../package.json', '/assets/%2e%2e/package.json',
      '/assets/..%2fpackage.json', '/assets//etc/passwd', '/assets/', '/%252e%252e/', '/a%00.html'];
    for (const url of escapes) {
      expect((await app.inject({ url })).statusCode, url).toBe(404);
    }
    await app.close();
  });
