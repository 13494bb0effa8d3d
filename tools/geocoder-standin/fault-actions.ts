import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { must } from '../../shared/runtime/assert.ts';
import type { Reply } from './exchange.ts';
import type { FaultAction } from './fault-rules.ts';

/** Breaks HTTP in the ways that real services and networks do. */

export interface Exchange {
  response: ServerResponse;
  /** What an undisturbed service would say. */
  truth: Reply;
  /** Number of the request, its method and its postcode, for templates. */
  facts: { n: number; method: string; code: string };
  /** How often this rule was used, this time included. */
  hits: number;
  signal: AbortSignal;
}

type ActionOf<K extends FaultAction['kind']> = Extract<FaultAction, { kind: K }>;

const json = { 'content-type': 'application/json' };

export function send(response: ServerResponse, { status, headers, body }: Reply): void {
  const framed = status === 304 || status === 204 ? {} : { 'content-length': String(body.length) };
  response.writeHead(status, { ...headers, ...framed });
  response.end(body);
}

const socketOf = (response: ServerResponse): Socket =>
  must(response.socket, 'the connection of a request is gone');

/** The status line and headers as they would go over the wire. */
function head({ status, headers, body }: Reply, version = '1.1'): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/${version} ${status} Standin\r\n${lines.join('')}` +
    `content-length: ${body.length}\r\nconnection: close\r\n\r\n`;
}

function beginTruth({ response, truth }: Exchange): void {
  const framed = { ...truth.headers, 'content-length': String(truth.body.length) };
  response.writeHead(truth.status, framed);
  response.flushHeaders();
}

function halfOf({ truth }: Exchange): Buffer {
  return truth.body.subarray(0, Math.floor(truth.body.length / 2));
}

function respond(action: ActionOf<'respond'>, { response, facts }: Exchange): void {
  const fill = (text: string): string => text
    .replaceAll('{{code}}', facts.code)
    .replaceAll('{{method}}', facts.method)
    .replaceAll('{{n}}', String(facts.n));
  const headers = Object.entries(action.headers).map(([name, value]) => [name, fill(value)]);
  const body = Buffer.from(fill(action.body), action.encoding);
  send(response, { status: action.status, headers: Object.fromEntries(headers), body });
}

function hang({ stage }: ActionOf<'hang'>, exchange: Exchange): void {
  if (stage === 'before_headers') return;
  beginTruth(exchange);
  if (stage === 'mid_body') exchange.response.write(halfOf(exchange));
}

async function drip(action: ActionOf<'drip'>, exchange: Exchange): Promise<void> {
  const { response, truth, signal } = exchange;
  const inHeaders = action.part === 'headers';
  if (!inHeaders) beginTruth(exchange);
  const target = inHeaders ? socketOf(response) : response;
  const text = inHeaders ? Buffer.concat([Buffer.from(head(truth)), truth.body]) : truth.body;
  for (let at = 0; at < text.length && !signal.aborted; at += action.bytes) {
    target.write(text.subarray(at, at + action.bytes));
    await wait(action.every_ms);
  }
  target.end();
}

function reset({ stage }: ActionOf<'reset'>, exchange: Exchange): void {
  if (stage === 'before_headers') {
    socketOf(exchange.response).resetAndDestroy();
    return;
  }
  beginTruth(exchange);
  const { response } = exchange;
  response.write(halfOf(exchange), () => socketOf(response).resetAndDestroy());
}

function truncate(exchange: Exchange): void {
  beginTruth(exchange);
  const { response } = exchange;
  response.write(halfOf(exchange), () => socketOf(response).end());
}

async function oversize({ bytes }: ActionOf<'oversize'>, exchange: Exchange): Promise<void> {
  const { response, signal } = exchange;
  response.writeHead(200, json);
  response.write('{"status":200,"padding":"');
  const block = Buffer.alloc(16 * 1024, 'x');
  const end = bytes ?? Number.POSITIVE_INFINITY;
  for (let sent = 0; sent < end && !signal.aborted; sent += block.length) {
    if (response.write(block)) await wait(0);
    else await once(response, 'drain', { signal });
  }
  response.end('"}');
}

function gzipBomb({ bytes }: ActionOf<'gzip_bomb'>, { response }: Exchange): void {
  const body = gzipSync(Buffer.alloc(bytes, ' '));
  send(response, { status: 200, headers: { ...json, 'content-encoding': 'gzip' }, body });
}

function flap({ pattern }: ActionOf<'flap'>, exchange: Exchange): void {
  const letter = pattern[(exchange.hits - 1) % pattern.length];
  if (letter === 'U') send(exchange.response, exchange.truth);
  else socketOf(exchange.response).resetAndDestroy();
}

function deepJson({ depth }: ActionOf<'deep_json'>, { response }: Exchange): void {
  const body = Buffer.from('['.repeat(depth) + ']'.repeat(depth));
  send(response, { status: 200, headers: json, body });
}

const htmlPage = (status: number): Reply => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body: Buffer.from('<!doctype html><title>One moment</title><p>Checking your browser.</p>'),
});

/** Does what a rule says with one request. Rejects only when the client leaves meanwhile. */
export async function perform(action: FaultAction, exchange: Exchange): Promise<void> {
  const { response, truth, signal } = exchange;
  switch (action.kind) {
    case 'respond':
      return respond(action, exchange);
    case 'delay':
      await wait(action.ms, undefined, { signal });
      return send(response, truth);
    case 'hang':
      return hang(action, exchange);
    case 'drip':
      return drip(action, exchange);
    case 'reset':
      return reset(action, exchange);
    case 'truncate':
      return truncate(exchange);
    case 'oversize':
      return oversize(action, exchange);
    case 'gzip_bomb':
      return gzipBomb(action, exchange);
    case 'bad_gzip':
      return send(response, {
        ...truth, headers: { ...truth.headers, 'content-encoding': 'gzip' },
      });
    case 'deep_json':
      return deepJson(action, exchange);
    case 'garbage':
      socketOf(response).end('this is not the protocol you are looking for\r\n\r\n');
      return;
    case 'http_1_0':
      socketOf(response).end(Buffer.concat([Buffer.from(head(truth, '1.0')), truth.body]));
      return;
    case 'big_headers':
      return send(response, {
        ...truth, headers: { ...truth.headers, 'x-padding': 'x'.repeat(action.bytes) },
      });
    case 'html':
      return send(response, htmlPage(action.status));
    case 'redirect':
      return send(response, {
        status: action.status, headers: { location: action.location }, body: Buffer.alloc(0),
      });
    case 'flap':
      return flap(action, exchange);
  }
}
