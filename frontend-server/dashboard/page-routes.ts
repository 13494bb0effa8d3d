import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { matchesAny } from '../http/entity-tag.ts';
import type { PageFile } from './page-files.ts';

/**
 * What the page may do: load from and talk to the server that it came from, and nothing else. No
 * script or style stands in the page, and no text becomes markup (trusted types).
 */
const pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
  + "connect-src 'self'; require-trusted-types-for 'script'";
const yearS = 31_536_000;

/**
 * The page at `/`, and at the address that a customer is sent: the same page then shows where that
 * one order is. Whether there is such an order is for the page to ask.
 */
const pagePaths: readonly string[] = ['/', '/track/:token'];

/** Adds one route for each file. Open to anyone: what is secret is asked for with a token. */
export function addPageFiles(app: FastifyInstance, files: readonly PageFile[]): void {
  for (const { path, type, body, etag, immutable } of files) {
    const isPage = path === '/';
    const config = isPage ? { contentPolicy: pagePolicy } : {};
    const caching = immutable ? `public, max-age=${yearS}, immutable` : 'no-cache';
    const answer = async (
      request: FastifyRequest, reply: FastifyReply,
    ): Promise<FastifyReply> => {
      reply.headers({ 'content-type': type, etag, 'cache-control': caching });
      if (matchesAny(request.headers['if-none-match'], etag)) return reply.code(304).send();
      return reply.send(body);
    };
    for (const url of isPage ? pagePaths : [path]) app.get(url, { config }, answer);
  }
}
