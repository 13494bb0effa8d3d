import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { exitCodeHelp } from '../../client/failure.ts';
import type { Rate } from '../../backend-server/geocoding/token-bucket.ts';

/** `orderly geocoder-standin`: one of the two postcode services, for tests and machines offline. */

function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function port(text: string): number {
  const value = whole(text);
  if (value > 65_535) throw new InvalidArgumentError('It must be at most 65535.');
  return value;
}

/** By how much a postcode is moved, in degrees. */
interface Shift {
  postcode: string;
  lat: number;
  lng: number;
}

const list = (text: string): string[] => text.split(',').map((each) => each.trim());

function shift(text: string, earlier: Shift[]): Shift[] {
  const [, postcode = '', lat, lng] = /^([^=]+)=(-?[\d.]+),(-?[\d.]+)$/.exec(text) ?? [];
  const moved = { postcode, lat: Number(lat), lng: Number(lng) };
  if (!Number.isFinite(moved.lat) || !Number.isFinite(moved.lng)) {
    throw new InvalidArgumentError('It must look like "DH1 4SW=0.01,-0.02".');
  }
  return [...earlier, moved];
}

function rate(text: string): Rate | 'off' {
  if (text === 'off') return text;
  const [, perSecond, burst] = /^([\d.]+):(\d+)$/.exec(text) ?? [];
  const found = { perSecond: Number(perSecond), burst: Number(burst) };
  if (!(found.perSecond > 0) || !(found.burst >= 1)) {
    throw new InvalidArgumentError('It must be "off" or look like "2:5".');
  }
  return found;
}

const examples = `
Examples:
  orderly geocoder-standin --service primary
  orderly geocoder-standin --service secondary --latency 300 --rate off
  orderly geocoder-standin --service primary --drop "DH1 3LE" --json
${exitCodeHelp}`;

/** Adds the command; its exit code goes to process.exitCode. */
export function addGeocoderStandinCommand(program: Command): void {
  program
    .command('geocoder-standin')
    .description('serve postcodes.io or findthatpostcode.uk from a small sample, on this machine')
    .addOption(new Option('--service <name>', 'which service to stand in for')
      .choices(['primary', 'secondary']).makeOptionMandatory())
    .option('--port <n>', 'port of the service, 0 for any (default: 7411 and 7412)', port)
    .option('--control-port <n>', 'port where faults are set; 0 for any', port, 0)
    .option('--data <files>', 'CSV files of postcodes in use, comma separated', list)
    .option('--terminated <file>', 'CSV file of terminated postcodes')
    .option('--latency <ms>', 'wait before every answer', whole, 0)
    .option('--drop <postcodes>', 'postcodes to know nothing of, comma separated', list, [])
    .option('--shift <postcode=dlat,dlng>', 'move a postcode; may be repeated', shift, [])
    .option('--rate <perSecond:burst>', 'limit, or "off"; the secondary has 2:5 by default', rate)
    .option('--parent-pid <pid>', 'leave when this process ends', whole)
    .option('--json', 'print the ready line as JSON', false)
    .addHelpText('after', examples)
    .action(async (options: unknown) => {
      process.exitCode = await (await import('./run.ts')).runStandin(options);
    });
}
