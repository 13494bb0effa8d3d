import { createGeocoder } from '../../../backend-server/geocoding/geocoder.ts';
import type { Geocoder, GeocoderOptions } from '../../../backend-server/geocoding/geocoder.ts';
import { silentLogger } from '../../../shared/runtime/logger.ts';
import { ManualClock } from './manual-clock.ts';
import { StandinClient } from '../standin-client.ts';
import { startStandin } from '../standin.ts';
import type { Standin, StandinOptions } from '../standin.ts';

/** A geocoder between two stand-ins, with a clock that can be put forward. */
export interface TestBed {
  geocoder: Geocoder;
  clock: ManualClock;
  primary: StandinClient;
  secondary: StandinClient;
  primaryUrl: string;
  secondaryUrl: string;
  close(): Promise<void>;
}

export interface TestBedOptions {
  primary?: Partial<StandinOptions>;
  secondary?: Partial<StandinOptions>;
  geocoder?: Partial<GeocoderOptions>;
}

/** The secondary has no rate of its own, so that only the geocoder's is seen. */
export async function openTestBed(options: TestBedOptions = {}): Promise<TestBed> {
  const clock = new ManualClock();
  const standins: Standin[] = [
    await startStandin({ service: 'primary', clock, ...options.primary }),
    await startStandin({ service: 'secondary', clock, rate: null, ...options.secondary }),
  ];
  const [primaryUrl = '', secondaryUrl = ''] = standins.map(({ url }) => url);
  const [toPrimary = '', toSecondary = ''] = standins.map(({ controlUrl }) => controlUrl);
  const geocoder = createGeocoder({
    primaryUrl, secondaryUrl, clock, logger: silentLogger, ...options.geocoder,
  });
  return {
    geocoder,
    clock,
    primary: new StandinClient(toPrimary),
    secondary: new StandinClient(toSecondary),
    primaryUrl,
    secondaryUrl,
    async close() {
      await geocoder.close();
      await Promise.all(standins.map((standin) => standin.close()));
    },
  };
}
