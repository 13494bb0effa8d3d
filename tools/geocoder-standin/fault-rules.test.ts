import { describe, expect, it } from 'vitest';
import { parseCsv } from './csv.ts';
import { faultRuleSchema, RuleBook } from './fault-rules.ts';
import type { FaultRuleInput } from './fault-rules.ts';
import { StandinClient } from './standin-client.ts';
import { startStandin } from './standin.ts';

const bookOf = (...rules: FaultRuleInput[]): RuleBook => {
  const book = new RuleBook();
  for (const rule of rules) book.add(faultRuleSchema.parse(rule), 0);
  return book;
};

const request = (code = 'DH14SW', nowMs = 0) => ({ path: `/postcodes/${code}`, code, nowMs });
const garbage = { kind: 'garbage' } as const;

describe('RuleBook', () => {
  it('matches a postcode in any spelling, and a path by its start', () => {
    const book = bookOf(
      { match: { code: 'dh1 4sw' }, action: garbage },
      { match: { path_prefix: '/ready' }, action: garbage },
    );
    expect(book.take(request())?.id).toBe(1);
    expect(book.take(request('SW1A1AA'))).toBeNull();
    expect(book.take({ path: '/ready', code: '', nowMs: 0 })?.id).toBe(2);
  });

  it('acts on every n-th request', () => {
    const book = bookOf({ match: { every: 3 }, action: garbage });
    const hits = Array.from({ length: 7 }, () => book.take(request()) !== null);
    expect(hits).toEqual([false, false, true, false, false, true, false]);
  });

  it('acts on the next n requests and then leaves the rest to later rules', () => {
    const book = bookOf({ match: { next: 2 }, action: garbage }, { action: garbage });
    expect(Array.from({ length: 4 }, () => book.take(request())?.id)).toEqual([1, 1, 2, 2]);
  });

  it('acts within a window of time', () => {
    const book = bookOf({ match: { from_ms: 100, until_ms: 200 }, action: garbage });
    const hits = [0, 100, 199, 200].map((nowMs) => book.take(request('DH14SW', nowMs)) !== null);
    expect(hits).toEqual([false, true, true, false]);
  });
});

describe('the control port', () => {
  it('takes rules, counts them, and forgets them', async () => {
    const standin = await startStandin({ service: 'primary' });
    const client = new StandinClient(standin.controlUrl);
    await client.fault({ match: { code: 'DH1 4SW' }, action: { kind: 'respond', status: 418,
      headers: { 'x-asked': '{{method}} {{n}}' }, body: '{{code}}' } });
    const ask = () => fetch(`${standin.url}/postcodes/dh1%204sw`, { headers: { 'x-a': 'b' } });
    const answer = await ask();
    expect([answer.status, answer.headers.get('x-asked'), await answer.text()])
      .toEqual([418, 'GET 1', 'DH14SW']);
    expect(await client.counters()).toMatchObject({ requests: 1, rules: [{ id: 1, hits: 1 }] });
    await client.clearFaults();
    expect((await ask()).status).toBe(200);
    expect(await client.requests()).toMatchObject([
      { n: 1, method: 'GET', target: '/postcodes/dh1%204sw', code: 'DH14SW', rule: 1,
        headers: { 'x-a': 'b' } },
      { n: 2, rule: null },
    ]);
    await client.clearRequests();
    expect(await client.requests()).toEqual([]);
    await standin.close();
  });

  it('flaps by its pattern', async () => {
    const standin = await startStandin({ service: 'primary' });
    await new StandinClient(standin.controlUrl).fault({ action: { kind: 'flap', pattern: 'UD' } });
    const outcomes: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const asked = fetch(`${standin.url}/ping`).then(({ status }) => String(status));
      outcomes.push(await asked.catch(() => 'reset'));
    }
    expect(outcomes).toEqual(['200', 'reset', '200', 'reset']);
    await standin.close();
  });

  it('refuses what it does not understand, and pages in a browser', async () => {
    const standin = await startStandin({ service: 'primary' });
    const post = (body: string, headers: Record<string, string> = {}) =>
      fetch(`${standin.controlUrl}/rules`, { method: 'POST', body, headers });
    expect((await post('{"action":{"kind":"explode"}}')).status).toBe(400);
    expect((await post('{')).status).toBe(400);
    expect((await post('[]', { origin: 'http://evil.example' })).status).toBe(403);
    expect((await fetch(`${standin.controlUrl}/nowhere`)).status).toBe(404);
    expect((await fetch(`${standin.controlUrl}/rules/7`, { method: 'DELETE' })).status).toBe(404);
    expect((await fetch(`${standin.url}/rules`)).status).toBe(404);
    await standin.close();
  });
});

describe('parseCsv', () => {
  it('reads quoted cells, doubled quotes, line breaks and missing cells', () => {
    expect(parseCsv('\ufeffa,b,c\r\n1,"x, ""y""\nz",3\n\n4\n')).toEqual([
      { a: '1', b: 'x, "y"\nz', c: '3' }, { a: '4', b: '', c: '' },
    ]);
  });
});
