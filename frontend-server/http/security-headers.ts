import type {
  FastifyContextConfig, FastifyInstance, FastifyReply, FastifyRequest,
} from 'fastify';

/**
 * What every answer tells a browser: that it is data and no page, that nothing of it may be framed
 * or kept, and that nothing is loaded. A route that serves a page names the policy that the page
 * needs: `config: { contentPolicy: "default-src 'self'" }`.
 */

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Content-Security-Policy of a page, without what no page of ours may do. */
    contentPolicy?: string;
  }
}

/** No page of ours is framed, moved to another base address, or sends a form elsewhere. */
const never = "frame-ancestors 'none'; base-uri 'none'; form-action 'none'";
const nothing = `default-src 'none'; ${never}`;

/** One year, as browsers expect it; says nothing of other names under the same domain. */
const onlyTls = 'max-age=31536000';

/** For answers that no route gives. `tls`: the connection is encrypted, and shall stay so. */
export const securityHeaders = (tls: boolean): Record<string, string> => ({
  'content-security-policy': nothing,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
  'cache-control': 'no-store',
  ...(tls && { 'strict-transport-security': onlyTls }),
});

/** Sets them before anything else can answer. */
export function addSecurityHeaders(app: FastifyInstance, tls: boolean): void {
  const usual = securityHeaders(tls);
  app.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done) => {
    reply.headers(usual);
    // A path that is on no route has no options.
    const config = request.routeOptions.config as FastifyContextConfig | undefined;
    const contentPolicy = config?.contentPolicy;
    if (contentPolicy !== undefined) {
      reply.header('content-security-policy', `${contentPolicy}; ${never}`);
    }
    done();
  });
}
