import { describe, expect, it } from 'vitest';
import type { View } from '../shared/contract/view.ts';
import { loadClusterSecret } from '../shared/rpc/secret.ts';
import { isSealed, sealView } from '../shared/rpc/view-seal.ts';
import { mergeClaims, planRebuild } from './rebuild-plan.ts';
import type { ViewClaim } from './rebuild-plan.ts';

const secret = loadClusterSecret({ home: '', value: 's'.repeat(32), create: false });
const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(32)) as
  [string, string, string, string];
const clusterId = '0'.repeat(32);
const seal = (view: Omit<View, 'docHash' | 'seal'>): View => sealView(secret, view);

const viewOf = (viewNumber: number, parts: Partial<View> = {}): View => {
  const { docHash: _docHash, seal: _seal, ...rest } = {
    clusterId, group: 'main', lineage: 1, viewNumber, epoch: 3, primary: a, primaryBoot: 2,
    inSync: [a, b, c], minInSync: 2, featureLevel: 1, addresses: { [a]: '10.0.0.1:1' },
    reason: 'for a test', docHash: '', seal: '', ...parts,
  };
  return seal(rest);
};

const claimOf = (
  storeId: string, view: View | null, parts: Partial<ViewClaim> = {},
): ViewClaim => ({
  source: `store ${storeId.slice(0, 1)}`, clusterId, storeId, boot: 1, lastEpoch: 3, lastLsn: 10,
  address: null, view, ...parts,
});

const plan = (claims: ViewClaim[], force = false) =>
  planRebuild(claims, { isSealed: (view) => isSealed(secret, view), seal, force });

describe('the plan of a rebuilt name server', () => {
  it('takes the highest view of all, and leaves numbers out before the next one', () => {
    const found = viewOf(7);
    const made = plan([claimOf(a, viewOf(6)), claimOf(b, found), claimOf(c, viewOf(5))]);
    expect(made).toMatchObject({ ok: true, clusterId, groups: [{ found, missing: [] }] });
    const next = made.ok ? made.groups[0]?.next : undefined;
    expect(next).toMatchObject({
      viewNumber: 1007, epoch: 3, primary: a, primaryBoot: 2, inSync: [a, b, c], minInSync: 2,
      addresses: { [a]: '10.0.0.1:1' },
    });
    expect(next !== undefined && isSealed(secret, next)).toBe(true);
  });

  it('refuses while a member of the newest in-sync set was not heard', () => {
    expect(plan([claimOf(a, viewOf(7)), claimOf(b, viewOf(7)), claimOf(d, viewOf(7))]))
      .toMatchObject({ ok: false, refusal: { forcible: true } });
  });

  it('a store outside of that set need not be heard', () => {
    expect(plan([claimOf(a, viewOf(7, { inSync: [a, b] })), claimOf(b, viewOf(6))]).ok).toBe(true);
  });

  it('by force a new epoch starts above all that anybody can know, with the longest log', () => {
    const claims = [
      claimOf(a, viewOf(7), { lastLsn: 10 }), claimOf(b, viewOf(7), { lastLsn: 12, boot: 5 }),
      claimOf(d, viewOf(7), { lastLsn: 99 }),
    ];
    const made = plan(claims, true);
    expect(made).toMatchObject({
      ok: true,
      groups: [{
        missing: [c], next: { viewNumber: 1007, epoch: 1007, primary: b, primaryBoot: 5 },
      }],
    });
  });

  it('not even by force without any store that was in sync', () => {
    expect(plan([claimOf(d, viewOf(7))], true)).toMatchObject({
      ok: false, refusal: { what: expect.stringMatching(/No store that was in sync/) as unknown },
    });
  });

  it('refuses two documents under one number, also when a higher one is known', () => {
    const made = plan([
      claimOf(a, viewOf(7)), claimOf(b, viewOf(6)), claimOf(c, viewOf(6, { reason: 'another' })),
    ], true);
    expect(made).toMatchObject({
      ok: false, refusal: { what: expect.stringMatching(/Two different views/) as unknown },
    });
  });

  it('refuses a seal of another key, a view of another cluster, and stores of two clusters', () => {
    const forged = { ...viewOf(7), primary: b };
    expect(plan([claimOf(a, forged)], true)).toMatchObject({ ok: false });
    const foreign = viewOf(7, { clusterId: 'f'.repeat(32) });
    expect(plan([claimOf(a, foreign)], true)).toMatchObject({ ok: false });
    expect(plan([claimOf(a, viewOf(7)), claimOf(b, foreign, { clusterId: 'f'.repeat(32) })], true))
      .toMatchObject({ ok: false, refusal: { what: 'These are stores of different clusters.' } });
  });

  it('refuses when nobody knows a view: blank stores do not make a history', () => {
    expect(plan([claimOf(a, null, { clusterId: null })], true)).toMatchObject({ ok: false });
  });

  it('plans every group by itself', () => {
    const other = viewOf(4, { group: 'other', primary: d, inSync: [d] });
    const made = plan([...[a, b, c].map((one) => claimOf(one, viewOf(7))), claimOf(d, other)]);
    expect(made.ok && made.groups.map(({ next }) => [next.group, next.viewNumber]))
      .toEqual([['main', 1007], ['other', 1004]]);
  });

  it('of a store that was found twice the later word counts', () => {
    const merged = mergeClaims([claimOf(a, viewOf(7)), claimOf(a, viewOf(6)), claimOf(b, null)]);
    expect(merged.map(({ view }) => view?.viewNumber)).toEqual([7, undefined]);
  });
});
