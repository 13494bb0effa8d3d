import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { answers, chooseGeocoders } from './geocoders.ts';

describe('chooseGeocoders', () => {
  it('takes what the flag says without asking anybody', async () => {
    expect((await chooseGeocoders('live', false, [])).kind).toBe('live');
    expect((await chooseGeocoders('standin', false, [])).kind).toBe('standin');
    expect((await chooseGeocoders('auto', true, [])).kind).toBe('custom');
  });

  it('falls back to the stand-ins when the services refuse, and says which ones', async () => {
    const choice = await chooseGeocoders('auto', false, ['https://127.0.0.1:1/']);
    expect(choice).toEqual({ kind: 'standin', why: '127.0.0.1 can not be reached from here' });
  });

  it('gives up on a service that accepts and stays silent when the time is over', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    await new Promise((resolve) => silent.once('listening', resolve));
    const { port } = silent.address() as AddressInfo;
    expect(await answers(`https://127.0.0.1:${port}/`, 200)).toBe(false);
    silent.close();
  });
});
