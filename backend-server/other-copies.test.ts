import { describe, expect, it } from 'vitest';
import type { ViewNews } from '../shared/contract/view.ts';
import { judgeOtherCopies } from './other-copies.ts';
import { sampleView } from './storage/testing/sample-log.ts';

const [a, b, c] = ['a', 'b', 'c'].map((letter) => letter.repeat(32)) as [string, string, string];
const news = (...inSync: string[]): ViewNews =>
  ({ view: { ...sampleView(7), inSync }, dead: [] });
const up = (...stores: string[]) => stores.map((instance) => ({ instance, alive: true }));

describe('whether a blank store may take the place of one that can not be trusted', () => {
  it('may when another member of the in-sync set is up: its disk has every confirmed order', () => {
    expect(judgeOtherCopies(a, news(a, b), up(b))).toMatchObject({ safe: true });
    expect(judgeOtherCopies(c, news(a, b), up(b))).toMatchObject({ safe: true });
  });

  it('may never when it is the whole in-sync set: there is nothing to wait for', () => {
    expect(judgeOtherCopies(a, news(a), up(b, c))).toMatchObject({ safe: false, wait: false });
  });

  it('does not count its own registration, a learner, or a member that is not up', () => {
    expect(judgeOtherCopies(a, news(a, b), up(a, c))).toMatchObject({ safe: false, wait: true });
    const dead = [{ instance: b, alive: false }];
    expect(judgeOtherCopies(a, news(a, b), dead)).toMatchObject({ safe: false, wait: true });
  });

  it('may not when the name server has no view: a blank store would begin a new history', () => {
    expect(judgeOtherCopies(a, null, up(b))).toMatchObject({ safe: false, wait: false });
  });
});
