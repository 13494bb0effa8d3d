import { request } from 'node:https';
import { systemClock } from '../../shared/runtime/clock.ts';

/** Which geocoders a cluster uses, and why, in words for the screen. */
export interface GeocoderChoice {
  kind: 'live' | 'standin' | 'custom';
  why: string;
}

export type GeocoderMode = 'auto' | 'live' | 'standin';

export const liveServices = ['https://api.postcodes.io/ping', 'https://findthatpostcode.uk/'];
export const probeWithinMs = 1_500;

/** True when the service answered at all within the time; its certificate must be good. */
export function answers(url: string, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const attempt = request(url, { method: 'HEAD', agent: false }, (response) => {
      response.resume();
      finish((response.statusCode ?? 500) < 500);
    });
    const timer = systemClock.setTimer(withinMs, () => finish(false));
    const finish = (reached: boolean): void => {
      timer.cancel();
      resolve(reached);
      attempt.destroy();
    };
    // Destroying it raises one more error, which changes nothing.
    attempt.on('error', () => finish(false));
    attempt.end();
  });
}

/** `auto` asks both live services at once; one that answers is enough, the other is a spare. */
export async function chooseGeocoders(
  mode: GeocoderMode, customUrls: boolean, services: readonly string[] = liveServices,
): Promise<GeocoderChoice> {
  if (customUrls) return { kind: 'custom', why: 'the addresses given by flags' };
  if (mode === 'live') return { kind: 'live', why: 'asked for by --geocoders live' };
  if (mode === 'standin') return { kind: 'standin', why: 'asked for by --geocoders standin' };
  const reached = await Promise.all(services.map((url) => answers(url, probeWithinMs)));
  if (reached.includes(true)) return { kind: 'live', why: 'the web services answer' };
  const hosts = services.map((url) => new URL(url).hostname).join(' and ');
  return { kind: 'standin', why: `${hosts} can not be reached from here` };
}
