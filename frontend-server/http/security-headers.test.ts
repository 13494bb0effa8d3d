import Fastify from 'fastify';
import { expect, it } from 'vitest';
import { addSecurityHeaders } from './security-headers.ts';

it('a page has the policy that it names, and none of ours may be framed', async () => {
  const app = Fastify();
  addSecurityHeaders(app, true);
  app.get('/data', async () => 'x');
  app.get('/page', { config: { contentPolicy: "default-src 'self'" } }, async () => 'x');
  const policyOf = async (url: string): Promise<unknown> =>
    (await app.inject({ url })).headers['content-security-policy'];
  const never = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
  expect(await policyOf('/page')).toBe(`default-src 'self'; ${never}`);
  for (const url of ['/data', '/nowhere']) {
    expect(await policyOf(url), url).toBe(`default-src 'none'; ${never}`);
  }
  const { headers } = await app.inject({ url: '/page' });
  expect(headers['strict-transport-security']).toBe('max-age=31536000');
  await app.close();
});
