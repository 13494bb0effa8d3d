import { describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from './logger.ts';
import type { Logger, LogLevel } from './logger.ts';
import { beginTrace, traced } from './trace.ts';

function collecting(
  format: 'json' | 'pretty', level: LogLevel = 'debug',
): { logger: Logger; lines: string[] } {
  const lines: string[] = [];
  const logger = createLogger({
    role: 'backend', id: 'b-1', level, format,
    destination: { write: (line) => { lines.push(line); } },
  });
  return { logger, lines };
}

const only = (lines: string[]): string => {
  expect(lines).toHaveLength(1);
  return lines[0] ?? '';
};

describe('a JSON log', () => {
  it('has one object a line, with time, level, role, id and message', () => {
    const { logger, lines } = collecting('json');
    logger.info({ epoch: 3 }, 'view adopted');
    expect(JSON.parse(only(lines))).toEqual({
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      level: 'info', role: 'backend', id: 'b-1', epoch: 3, msg: 'view adopted',
    });
  });

  it('keeps the fields of a child on every line', () => {
    const { logger, lines } = collecting('json');
    logger.child({ replica: 'r' }).warn({ op: 1 }, 'late');
    expect(JSON.parse(only(lines))).toMatchObject({ replica: 'r', op: 1, level: 'warn' });
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = collecting('json', 'warn');
    logger.debug({}, 'x');
    logger.info({}, 'x');
    logger.error({}, 'y');
    expect(JSON.parse(only(lines))).toMatchObject({ msg: 'y' });
  });

  it('hides personal data and secrets at any depth, in lists too', () => {
    const { logger, lines } = collecting('json');
    const planted = 'PLANTED';
    const facts = {
      phone: planted, email: planted, address: { line1: planted }, name: planted,
      authorization: planted, Authorization: planted, token: planted, secret: planted,
      operator_token: planted, clusterSecret: planted, 'set-cookie': planted,
    };
    logger.child({ customer: facts, token: planted }).error({
      ...facts, order: { customer: facts, lines: [{ note: { to: facts } }] },
    }, 'refused');
    expect(only(lines)).not.toContain(planted);
    expect(only(lines)).toContain('[hidden]');
  });

  it('hides what an error carries beside its message', () => {
    const { logger, lines } = collecting('json');
    const cause = Object.assign(new Error('inner'), { code: 'SQLITE_BUSY', row: 'PLANTED' });
    logger.error({ err: Object.assign(new Error('outer', { cause }), { data: 'PLANTED' }) }, 'x');
    expect(only(lines)).not.toContain('PLANTED');
    expect(JSON.parse(only(lines))).toMatchObject({
      err: { message: 'outer', cause: { message: 'inner', code: 'SQLITE_BUSY' } },
    });
  });

  it('bounds what a long text or a buffer takes', () => {
    const { logger, lines } = collecting('json');
    logger.info({ text: 'x'.repeat(1_000_000), bytes: Buffer.alloc(1_000_000) }, 'large');
    expect(only(lines).length).toBeLessThan(3_000);
  });

  it('does not change what was logged', () => {
    const { logger } = collecting('json');
    const fields = { customer: { name: 'Ann' } };
    logger.info(fields, 'x');
    expect(fields).toEqual({ customer: { name: 'Ann' } });
  });

  it('stays one line when a field holds a forged one', () => {
    const { logger, lines } = collecting('json');
    logger.info({ note: 'x\n{"level":"error","msg":"forged"}' }, 'order');
    expect(only(lines).trimEnd()).not.toContain('\n');
  });

  it('shows the stack of an error, and copes with a circle', () => {
    const { logger, lines } = collecting('json');
    const circle: Record<string, unknown> = {};
    circle['self'] = circle;
    logger.error({ err: new TypeError('bad'), circle }, 'failed');
    expect(JSON.parse(only(lines))).toMatchObject({
      err: { type: 'TypeError', message: 'bad', stack: expect.stringContaining('logger.test') },
    });
  });
});

describe('a log for people', () => {
  it('is a short line: time, who, level, message, facts', () => {
    const { logger, lines } = collecting('pretty');
    logger.info({ at: '127.0.0.1:7400', why: 'no answer', n: 3, on: true }, 'name server lost');
    const [time = '', ...rest] = only(lines).split(' ');
    expect(time).toMatch(/^\d\d:\d\d:\d\d\.\d{3}$/);
    expect(rest.join(' ')).toBe(
      'backend/b-1 info  name server lost at=127.0.0.1:7400 why="no answer" n=3 on=true\n',
    );
  });

  it('shows control characters and line breaks of a stranger instead of obeying them', () => {
    const { logger, lines } = collecting('pretty');
    const who = '\u001b[2Jeve\n12:00 root/x info  all is well';
    logger.warn({ who, 'k\u202e': '\u0007' }, 'hi\r');
    const line = only(lines);
    expect(line.trimEnd()).not.toContain('\n');
    expect(line).toContain('\\u{1b}[2Jeve\\u{a}12:00');
    expect(line).toContain('k\\u{202e}');
    expect(line).toContain('hi\\u{d}');
  });

  it('hides what the JSON log hides', () => {
    const { logger, lines } = collecting('pretty');
    logger.info({ customer: { phone: '07700900123' } }, 'order');
    expect(only(lines)).not.toContain('07700900123');
  });

  it('adds the stack below an error, and only there', () => {
    const { logger, lines } = collecting('pretty');
    logger.error({ err: new TypeError('bad') }, 'failed');
    logger.warn({ err: new TypeError('so so') }, 'tried again');
    expect(lines[0]).toMatch(/err=bad\n {4}at /);
    expect(lines[1]).toMatch(/err="so so"\n$/);
  });
});

describe('the silent logger', () => {
  it('says nothing, nor do its children', () => {
    expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
    expect(silentLogger.info({}, 'x')).toBe(undefined);
  });
});

describe('a log line', () => {
  const hostile = 'a\n{"level":"error"}\r\u001b[2J\u009b1m\u202eevil\u2066\u200b\u2028\u0007\ud800';

  it('stays one line without control characters, whatever is logged, in both formats', () => {
    for (const format of ['json', 'pretty'] as const) {
      const { logger, lines } = collecting(format);
      logger.child({ part: hostile, [hostile]: 1 })
        .warn({ why: hostile, [hostile]: hostile, err: new TypeError(hostile) }, 'refused');
      const line = only(lines);
      expect(line.endsWith('\n')).toBe(true);
      // oxlint-disable-next-line no-control-regex
      expect(line.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b\u2028\u202e\u2066]/);
      if (format === 'pretty') continue;
      expect(JSON.parse(line)).toMatchObject({ why: hostile, part: hostile });
    }
  });

  it('names the request that the code works for', () => {
    const { logger, lines } = collecting('json');
    const trace = beginTrace('0198c0de-0000-4000-8000-000000000001', undefined);
    traced(trace, () => logger.info({ epoch: 3 }, 'view adopted'));
    logger.info({ epoch: 3 }, 'view adopted');
    const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ request_id: trace.requestId, trace_id: trace.traceId, epoch: 3 });
    expect(Object.keys(second ?? {})).not.toContain('request_id');
  });
});
