import { describe, expect, it } from 'vitest';
import { OrderlyError } from '../../shared/contract/errors.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { JobEngine } from './job-loop.ts';
import { JobLoop } from './job-loop.ts';
import type { NumberedJob, Reply } from './job-messages.ts';
import type { Job } from './jobs.ts';

/** Records what it is told to do, beside the replies, in one line of events. */
function stand(execute: (job: Job) => unknown = () => null, restAtStartMs: number | null = null) {
  const events: string[] = [];
  let resting = restAtStartMs;
  let tended = 0;
  let failAt = 0;
  let fire: () => void = () => {};
  const engine: JobEngine = {
    execute(job) {
      events.push(job.kind);
      return execute(job);
    },
    commit() {
      events.push('COMMIT');
      return 3;
    },
    restInMs: () => resting,
    rest: () => events.push('REST'),
    tend: () => {
      tended += 1;
      if (tended === failAt) throw new TypeError('found damage');
    },
    fail: (error) => events.push(`FAIL ${String(error)}`),
  };
  const clock: Clock = {
    ...systemClock,
    setTimer(ms, fn) {
      events.push(`timer ${ms}`);
      fire = fn;
      return { cancel: () => { fire = () => {}; } };
    },
  };
  const reply = (message: Reply): void => {
    events.push('failed' in message
      ? `failed: ${message.failed}`
      : `answers ${message.answers.map((answer) =>
        `${answer.id}${answer.ok ? '' : ` ${answer.code}`}`).join(',')}`);
  };
  return {
    loop: new JobLoop(engine, reply, clock),
    events,
    tended: () => tended,
    failUpkeep: () => { failAt = tended + 1; },
    setResting: (ms: number | null) => { resting = ms; },
    fire: () => fire(),
  };
}

let lastId = 0;
const jobs = (...each: Job[]): NumberedJob[] => each.map((job) => ({ id: (lastId += 1), job }));
const persist: Job = { kind: 'persist', ops: [] };
const apply: Job = { kind: 'apply', upTo: 1 };

describe('the job loop', () => {
  it('runs all that gathered in one transaction, in order, and commits once', () => {
    lastId = 0;
    const { loop, events } = stand();
    loop.enqueue(jobs(apply, persist));
    loop.enqueue(jobs(persist));
    loop.run();
    expect(events).toEqual(['apply', 'persist', 'persist', 'answers 1', 'COMMIT', 'answers 2,3']);
  });

  it('commits what waits for the disk before it executes the ops behind it', () => {
    lastId = 0;
    const { loop, events } = stand();
    loop.enqueue(jobs(persist, persist, apply, persist));
    loop.run();
    const first = ['persist', 'persist', 'COMMIT', 'answers 1,2'];
    expect(events).toEqual([...first, 'apply', 'persist', 'answers 3', 'COMMIT', 'answers 4']);
  });

  it('rests before the first job, too: what it looks after may fail with nobody asking', () => {
    const { events } = stand(() => null, 40);
    expect(events).toEqual(['timer 40']);
  });

  it('flushes nothing for applies alone, but leaves that to the next flush or a rest', () => {
    lastId = 0;
    const { loop, events, setResting, fire } = stand();
    setResting(25);
    loop.enqueue(jobs(apply));
    loop.run();
    expect(events).toEqual(['apply', 'answers 1', 'timer 25']);
    setResting(null);
    fire();
    expect(events.at(-1)).toBe('REST');
  });

  it('answers an OrderlyError to its caller and goes on', () => {
    lastId = 0;
    const { loop, events } = stand((job) => {
      if (job.kind === 'set-cluster-id') throw new OrderlyError('wrong_cluster');
      return null;
    });
    loop.enqueue(jobs({ kind: 'set-cluster-id', clusterId: '' }, persist));
    loop.run();
    expect(events).toEqual(
      ['set-cluster-id', 'persist', 'answers 1 wrong_cluster', 'COMMIT', 'answers 2'],
    );
  });

  it('ends at any other error: no commit, no answer, no further job', () => {
    lastId = 0;
    const { loop, events } = stand((job) => {
      if (job.kind === 'apply') throw new TypeError('broken');
      return null;
    });
    loop.enqueue(jobs(apply, persist));
    loop.run();
    loop.enqueue(jobs(persist));
    loop.run();
    expect(events).toEqual(
      ['apply', 'FAIL TypeError: broken', 'failed: TypeError: broken'],
    );
  });

  it('does its upkeep when all answers have left, once, under load too', () => {
    lastId = 0;
    const { loop, events, tended } = stand();
    loop.enqueue(jobs(persist, apply));
    loop.run();
    expect(tended()).toBe(1);
    loop.enqueue(jobs(persist));
    loop.run();
    expect(tended()).toBe(2);
    expect(events.at(-1)).toBe('answers 3');
  });

  it('ends at what the upkeep finds, with the answers given before', () => {
    lastId = 0;
    const { loop, events, failUpkeep } = stand();
    failUpkeep();
    loop.enqueue(jobs(persist));
    loop.run();
    loop.enqueue(jobs(persist));
    loop.run();
    expect(events).toEqual([
      'persist', 'COMMIT', 'answers 1', 'FAIL TypeError: found damage',
      'failed: TypeError: found damage',
    ]);
  });

  it('does nothing after it was closed', () => {
    lastId = 0;
    const { loop, events } = stand();
    loop.enqueue(jobs(persist, { kind: 'close' }));
    loop.run();
    loop.enqueue(jobs(persist));
    loop.run();
    expect(events).toEqual(['persist', 'close', 'COMMIT', 'answers 1,2']);
  });
});
