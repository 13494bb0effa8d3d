import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeListSchema } from '../shared/contract/launcher.ts';
import { FrontDoor } from './testing/front-door.ts';

const door = new FrontDoor();
beforeAll(() => door.start(2));
afterAll(() => door.stop());

describe('nodes of a cluster that no launcher has started', () => {
  it('are listed as far as the cluster knows them', async () => {
    const list = nodeListSchema.parse((await door.ask('GET', '/v1/cluster/nodes')).json);
    expect(list.launcher).toBe(false);
    const backEnds = list.data.filter(({ kind }) => kind === 'backend');
    expect(backEnds).toHaveLength(2);
    expect(new Set(backEnds.map(({ role }) => role))).toEqual(new Set(['primary', 'backup']));
    expect(backEnds.map(({ process, starts }) => process ?? starts)).toEqual([null, null]);
    expect(list.data.find(({ kind }) => kind === 'nameserver'))
      .toMatchObject({ address: door.cluster.nameServerAddress });
  });

  it('are neither added, started, stopped nor killed', async () => {
    const one = ['start', 'stop', 'kill'].map((verb) => `/backend-1/${verb}`);
    for (const path of ['', ...one, '/frontend-1/stop']) {
      const { status, json } = await door.ask('POST', `/v1/cluster/nodes${path}`);
      expect([path, status, json]).toMatchObject([path, 409, { code: 'no_launcher' }]);
    }
  });

  it('are the business of operators alone', async () => {
    const staff = { authorization: `Bearer ${door.staffToken}` };
    for (const request of ['GET ', 'POST ', 'POST /backend-1/kill']) {
      const [method = '', path = ''] = request.split(' ');
      const { status } = await door.ask(method, `/v1/cluster/nodes${path}`, { headers: staff });
      expect(status).toBe(403);
    }
  });

  it('say that the launcher does not answer when it is gone', async () => {
    const orphan = new FrontDoor();
    await orphan.start(1, { launcher: '127.0.0.1:1' });
    const { status, json } = await orphan.ask('POST', '/v1/cluster/nodes');
    await orphan.stop();
    expect([status, json]).toMatchObject([503, { code: 'unavailable' }]);
  });
});
