import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { OrderlyError } from '../shared/contract/errors.ts';
import { serviceMethods } from '../shared/contract/service.ts';
import type { Submission } from '../shared/contract/submission.ts';
import { submissionPageSchema, submissionSchema } from '../shared/contract/submission.ts';
import { must } from '../shared/runtime/assert.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { silentLogger } from '../shared/runtime/logger.ts';
import { NameClient } from '../shared/rpc/name-client.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import type { RpcServer } from '../shared/rpc/server.ts';
import { implement, serveRpc } from '../shared/rpc/server.ts';
import { Lease } from '../shared/service/lease.ts';
import { Child } from '../tools/up/child.ts';
import { orderlyBinary } from '../tools/up/cluster.ts';
import { untilTrue } from '../tools/up/front-door.ts';
import { send } from './cluster.ts';
import type { Reply, Sent } from './cluster.ts';
import { root } from './source-file.ts';

const token = 'services-test-token-0123456789-0123456789';
const withinMs = 20_000;

/** A name server and a front end, and services that come and go; no back end is needed. */
class Programs {
  readonly home = mkdtempSync(join(tmpdir(), 'orderly-services-'));
  readonly nameserver = this.#child('nameserver', () => ['--port', '0']);
  /** It comes back where it was. */
  readonly frontend = this.#child('frontend', () => [
    '--port', this.#port, '--nameserver', this.names, '--data', join(this.home, 'frontend'),
  ]);
  readonly #services: Child[] = [];
  readonly #lines: string[] = [];
  #port = '0';
  #instances = 0;

  async start(): Promise<void> {
    await this.nameserver.start();
    await this.startFrontend();
  }

  async startFrontend(): Promise<void> {
    const { url } = await this.frontend.start();
    this.#port = new URL(url).port;
  }

  /** Address of the name server. */
  get names(): string {
    return must(this.nameserver.facts, 'it runs').url;
  }

  /** One instance of a service of examples/arithmetic. */
  async service(name: string): Promise<Child> {
    this.#instances += 1;
    const child = this.#child(`${name}-${this.#instances}`, () => ['--nameserver', this.names],
      join(dirname(orderlyBinary()), `../examples/arithmetic/${name}.js`));
    this.#services.push(child);
    await child.start();
    await this.until(`${child.id} is registered`, async () =>
      JSON.stringify((await this.call('/v1/services')).body).includes(`"${child.id}"`));
    return child;
  }

  async kill(child: Child): Promise<void> {
    child.signal('SIGKILL');
    await this.until(`${child.id} is gone`, async () => child.pid === null);
  }

  /** Of all services that run, nothing is left. */
  async killServices(): Promise<void> {
    await Promise.all(this.#services.splice(0).map((child) => this.kill(child)));
  }

  stop(): void {
    for (const child of [...this.#services, this.frontend, this.nameserver]) child.killNow();
    rmSync(this.home, { recursive: true, force: true });
  }

  call(path: string, sent: Sent = {}): Promise<Reply> {
    const authorization = `Bearer ${token}`;
    return send(`http://127.0.0.1:${this.#port}${path}`, {
      ...sent, headers: { authorization, ...sent.headers },
    });
  }

  post(service: string, args: unknown, headers: Record<string, string> = {}): Promise<Reply> {
    return this.call(`/v1/services/${service}`, { method: 'POST', body: { args }, headers });
  }

  async submission(id: string): Promise<Submission> {
    return submissionSchema.parse((await this.call(`/v1/submissions/${id}`)).body);
  }

  /** Waits for the end of what was answered 202. */
  async ended({ status, body }: Reply): Promise<Submission> {
    expect(status).toBe(202);
    const { id } = submissionSchema.parse(body);
    await this.until(`${id} ends`, async () => (await this.submission(id)).ended_at !== null);
    return this.submission(id);
  }

  async until(what: string, ask: () => Promise<boolean>): Promise<void> {
    if (await untilTrue(ask, withinMs)) return;
    throw new TypeError(`never came true: ${what}\n${this.#lines.join('\n')}`);
  }

  #child(id: string, options: () => string[], file: string | null = null): Child {
    const usual = ['--json', '--no-mdns', '--log-level', 'warn', '--log-format', 'json'];
    return new Child({
      id, respawn: false, clock: systemClock,
      command: () => file === null
        ? [orderlyBinary(), id, ...options(), ...usual]
        : [file, '--id', id, ...options(), ...usual],
      env: { PATH: '', ORDERLY_HOME: this.home, ORDERLY_OPERATOR_TOKEN: token },
      onLine: (line) => this.#lines.push(`${id} | ${line}`),
      onChange: () => {},
    });
  }
}

const programs = new Programs();
beforeAll(() => programs.start());
afterAll(() => programs.stop());

/** A service of this process, which does what a test wants of it. */
class OwnService {
  readonly #server: RpcServer;
  readonly #lease: Lease;
  readonly #names: NameClient;

  private constructor(server: RpcServer, lease: Lease, names: NameClient) {
    this.#server = server;
    this.#lease = lease;
    this.#names = names;
  }

  static async start(
    name: string, idempotent: boolean, call: (args: unknown[]) => Promise<unknown>,
  ): Promise<OwnService> {
    const secret = loadClusterSecret({ home: programs.home, create: false });
    const names = new NameClient({
      secret, identity: { class: 'service', id: 'own' }, addresses: [programs.names], mdns: false,
      logger: silentLogger, clock: systemClock,
    });
    const method = { ...serviceMethods.call, result: z.unknown() };
    const server = await serveRpc({
      secret, host: '127.0.0.1', port: 0, logger: silentLogger,
      methods: [implement(method, async ({ args }) => call(args))],
    });
    const lease = new Lease({
      names, clock: systemClock, logger: silentLogger,
      registration: {
        kind: name, group: 'main', id: 'own', instance: randomBytes(16).toString('hex'), boot: 1,
        address: server.address, version: '0', terms: { doc: 'Of a test.', idempotent },
      },
    });
    lease.start();
    await programs.until(`${name} is registered`, async () =>
      JSON.stringify((await programs.call('/v1/services')).body).includes(name));
    return new OwnService(server, lease, names);
  }

  async stop(): Promise<void> {
    await this.#lease.end();
    this.#server.dropConnections();
    await this.#server.close();
    await this.#names.close();
  }

  /** As a kill would: it stays registered until its lease ends. */
  drop(): void {
    this.#server.dropConnections();
  }
}

const silence = (): Promise<never> => new Promise<never>(() => {});

describe('the services of examples/arithmetic', () => {
  afterAll(() => programs.killServices());

  it('are three, in less than a hundred lines', () => {
    const folder = join(root, 'examples', 'arithmetic');
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts).toHaveLength(3);
    expect(texts.join('').split('\n').length).toBeLessThan(100);
  });

  it('are in the documentation as they are', () => {
    const page = readFileSync(join(root, 'docs', 'services.md'), 'utf8');
    for (const name of ['add', 'multiply']) {
      expect(page).toContain(readFileSync(join(root, `examples/arithmetic/${name}.ts`), 'utf8'));
    }
  });

  it('answer by REST and by JSON-RPC, and multiply adds through the name service', async () => {
    await Promise.all(['add', 'subtract', 'multiply'].map((name) => programs.service(name)));
    const results = await Promise.all([
      programs.call('/v1/services/arithmetic.add/6/7'),
      programs.call('/v1/services/arithmetic.subtract/6/7.5'),
      programs.call('/v1/services/arithmetic.multiply/6/7'),
      programs.post('arithmetic.multiply', [-6, 7]),
    ]);
    expect(results.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(results.map(({ body }) => z.object({ result: z.number() }).parse(body).result))
      .toEqual([13, -1.5, 42, -42]);
    const call = {
      jsonrpc: '2.0', id: 1, method: 'service.call',
      params: { service: 'arithmetic.multiply', args: [6, 7] },
    };
    expect((await programs.call('/rpc', { method: 'POST', body: call })).body)
      .toMatchObject({ id: 1, result: { service: 'arithmetic.multiply', result: 42 } });
  });

  it('say what they do not take, in an error', async () => {
    expect(await programs.call('/v1/services/arithmetic.add/6/x')).toMatchObject({
      status: 422, code: 'invalid_params', body: { errors: [{ pointer: '/args/1' }] },
    });
    expect(await programs.call('/v1/services/arithmetic.multiply/5000/7000')).toMatchObject({
      status: 422, code: 'service_refused', body: { retryable: false },
    });
  });

  it('take turns, and nobody notices that one is killed and one ends', async () => {
    const [second, third] = await Promise.all([programs.service('add'), programs.service('add')]);
    const seen = new Set<unknown>();
    const failed: Reply[] = [];
    const calls = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n += 1) {
        const reply = await programs.call(`/v1/services/arithmetic.add/${n}/1`);
        if (reply.status !== 200) failed.push(reply);
        seen.add(z.looseObject({ instance: z.string() }).safeParse(reply.body).data?.instance);
      }
    };
    await calls(30);
    expect(seen.size).toBe(3);
    const calling = Promise.all([calls(40), calls(40), calls(40)]);
    third.signal('SIGKILL');
    await Promise.all([calling, second.stop(10_000)]);
    seen.clear();
    await calls(10);
    expect(failed).toEqual([]);
    expect(seen.size).toBe(1);
  });

  it('are shown to operators, those that were lost too', async () => {
    const listed = z.looseObject({
      services: z.array(z.object({ kind: z.string(), id: z.string(), alive: z.boolean() })),
    });
    const kinds = async (wanted: boolean): Promise<string[]> => {
      const { services } = listed.parse((await programs.call('/v1/cluster')).body);
      return services.filter(({ alive }) => alive === wanted).map(({ kind }) => kind);
    };
    // One was killed: it counts as alive until its lease ends.
    await programs.until('its lease ends', async () => (await kinds(false)).length === 1);
    expect(await kinds(false)).toEqual(['arithmetic.add']);
    expect(new Set(await kinds(true)))
      .toEqual(new Set(['arithmetic.add', 'arithmetic.multiply', 'arithmetic.subtract']));
  });
});

describe('while no instance lives', () => {
  const headers = { 'idempotency-key': 'a-key-of-its-own' };
  let queued: Reply[];
  afterAll(() => programs.killServices());

  it('calls are answered 202, a repetition is the same call', async () => {
    const first = await programs.call('/v1/services/arithmetic.multiply/6/7');
    expect(first).toMatchObject({
      status: 202, body: { status: 'queued', service: 'arithmetic.multiply', position: 1 },
    });
    const again = await programs.call('/v1/services/arithmetic.multiply/6/7');
    const { id } = submissionSchema.parse(first.body);
    expect(again).toMatchObject({ status: 202, body: { id } });
    expect(first.headers['location']).toBe(`/v1/submissions/${id}`);
    const byKey = await programs.post('arithmetic.subtract', [6, 7], headers);
    expect(await programs.post('arithmetic.subtract', [6, 7], headers))
      .toMatchObject({ status: 202, body: { id: submissionSchema.parse(byKey.body).id } });
    expect(await programs.post('arithmetic.subtract', [7, 6], headers))
      .toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    queued = [first, byKey, await programs.post('arithmetic.add', ['six', 7])];
  });

  it('those who would rather not wait are refused, and what was taken back is not made',
    async () => {
      expect(await programs.call('/v1/services/arithmetic.add/1/2', {
        headers: { prefer: 'respond-async=false' },
      })).toMatchObject({ status: 503, code: 'unavailable' });
      const { body } = await programs.call('/v1/services/arithmetic.add/1/2');
      const { id } = submissionSchema.parse(body);
      const taken = await programs.call(`/v1/submissions/${id}`, { method: 'DELETE' });
      expect(taken.status).toBe(204);
      expect(await programs.submission(id)).toMatchObject({ status: 'withdrawn' });
    });

  it('their results are there once instances live, though the front end was killed', async () => {
    await programs.kill(programs.frontend);
    await programs.startFrontend();
    await Promise.all(['multiply', 'subtract', 'add'].map((name) => programs.service(name)));
    const ends = await Promise.all(queued.map((reply) => programs.ended(reply)));
    expect(ends).toMatchObject([
      { status: 'answered', result: 42 },
      { status: 'answered', result: -1 },
      { status: 'rejected', error: { code: 'invalid_params' } },
    ]);
    const { body } = await programs.call('/v1/pending-results');
    const { data } = submissionPageSchema.parse(body);
    const ids = ends.map(({ id }) => id);
    expect(data.filter(({ id }) => ids.includes(id)).map(({ id }) => id)
      .toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)));
    // Whoever sends it again under its key learns the result.
    expect(await programs.post('arithmetic.subtract', [6, 7], headers)).toMatchObject({
      status: 200, body: { result: -1 }, headers: { 'idempotency-replayed': 'true' },
    });
  });

  it('a call that is under way when its only instance is killed is made again', async () => {
    await programs.killServices();
    let began = 0;
    const dying = await OwnService.start('test.dying', true, async () => {
      began += 1;
      dying.drop();
      return silence();
    });
    const reply = await programs.call('/v1/services/test.dying');
    expect(began).toBe(1);
    await dying.stop();
    const living = await OwnService.start('test.dying', true, async () => ({ result: 'done' }));
    expect(await programs.ended(reply)).toMatchObject({ status: 'answered', result: 'done' });
    await living.stop();
  });
});

describe('a service that does not do as it should', () => {
  afterAll(() => programs.killServices());

  it('is passed over while it is silent, if it may be called twice', async () => {
    const [stopped] = await Promise.all([programs.service('add'), programs.service('add')]);
    stopped.signal('SIGSTOP');
    for (let n = 0; n < 4; n += 1) {
      expect(await programs.call(`/v1/services/arithmetic.add/${n}/1`))
        .toMatchObject({ status: 200, body: { result: n + 1 } });
    }
    stopped.signal('SIGCONT');
  });

  it('that is silent alone leaves the outcome unknown; one to call once is called once',
    async () => {
      let calls = 0;
      const own = await OwnService.start('test.silent', false, async () => {
        calls += 1;
        return silence();
      });
      const asked = programs.post('test.silent', []);
      const queued = await programs.post('test.silent', [], { prefer: 'respond-async' });
      expect(await asked).toMatchObject({ status: 504, code: 'outcome_unknown' });
      expect(await programs.ended(queued)).toMatchObject({ status: 'unknown' });
      expect(calls).toBe(2);
      expect(await programs.call('/v1/services/test.silent'))
        .toMatchObject({ status: 422, code: 'service_refused' });
      expect(calls).toBe(2);
      await own.stop();
    });

  it.each<[string, () => Promise<unknown>]>([
    ['nothing that is agreed', async () => ({ answer: 42 })],
    ['no number', async () => ({ result: '\ud800' })],
    ['too much', async () => ({ result: 'x'.repeat(100_000) })],
    ['its insides', async () => {
      throw new TypeError('secret of its insides');
    }],
    ['an error that only we may give', async () => {
      throw new OrderlyError('unauthorized', 'Log in at evil.example.');
    }],
  ])('answers %s: that is told, and nothing of it gets through', async (what, call) => {
    const own = await OwnService.start(`test.${what.replaceAll(' ', '-')}`, true, call);
    const reply = await programs.post(`test.${what.replaceAll(' ', '-')}`, []);
    expect(reply).toMatchObject({ status: 502, code: 'service_failed' });
    expect(JSON.stringify(reply.body)).not.toMatch(/secret|evil|xxx|answer"/);
    await own.stop();
  });
});

describe('a stranger with a token', () => {
  it.each([
    'frontend', 'replica', 'Arithmetic.add', '.add', 'arithmetic.', 'a..b', 'a.b%20c', '%2e%2e',
    '__proto__.x', 'a.%00', 'a._b', `a.${'b'.repeat(64)}`, '%F0%9F%8D%95.a',
  ])('can not call %s', async (name) => {
    const reply = await programs.call(`/v1/services/${name}`);
    expect([400, 404, 422]).toContain(reply.status);
    expect(['invalid_params', 'invalid_request', 'not_found']).toContain(reply.code);
  });

  it.each<[string, string]>([
    ['too many', JSON.stringify(Array.from({ length: 17 }, () => 1))],
    ['too large', JSON.stringify(['x'.repeat(17_000)])],
    ['no list', '{"0":1,"length":1}'],
    ['a number that is none', '[1e400]'],
    ['a number that is not exact', '[{"deep":[9007199254740993]}]'],
    ['a prototype', '[{"__proto__":{"admin":true}}]'],
  ])('can not send arguments that are %s', async (_what, args) => {
    const body = `{"args":${args}}`;
    const reply = await programs.call('/v1/services/test.nothing', { method: 'POST', body });
    expect(reply).toMatchObject({ status: 422, code: 'invalid_params' });
  });

  it('who has none learns nothing', async () => {
    const reply = await programs.call('/v1/services', { headers: { authorization: 'Bearer x' } });
    expect(reply).toMatchObject({ status: 401, code: 'unauthorized' });
  });
});
