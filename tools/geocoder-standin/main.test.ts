import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { addGeocoderStandinCommand } from './main.ts';
import { startStandin } from './standin.ts';

async function refusalOf(...args: string[]): Promise<string> {
  const program = new Command();
  addGeocoderStandinCommand(program);
  const [command] = program.commands;
  command?.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync(['geocoder-standin', ...args], { from: 'user' });
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

describe('the command geocoder-standin', () => {
  it.each([
    [[], /--service <name>' not specified/],
    [['--service', 'third'], /Allowed choices are primary, secondary/],
    [['--service', 'primary', '--port', '65536'], /at most 65535/],
    [['--service', 'primary', '--latency', 'slow'], /whole number/],
    [['--service', 'primary', '--shift', 'DH1 4SW'], /DH1 4SW=0\.01,-0\.02/],
    [['--service', 'primary', '--shift', 'DH1 4SW=1.2.3,0'], /DH1 4SW=0\.01,-0\.02/],
    [['--service', 'secondary', '--rate', '0:5'], /"off" or look like "2:5"/],
    [['--service', 'primary', '--port', '0', '--data', '/nowhere.csv'], /can not be read/],
  ])('refuses %j', async (args, message) => {
    expect(await refusalOf(...args)).toMatch(message);
  });

  it('says that a port is taken, and leaves nothing behind', async () => {
    const first = await startStandin({ service: 'primary' });
    const port = Number(new URL(first.url).port);
    await expect(startStandin({ service: 'primary', port })).rejects.toThrow(/can not be used/);
    await expect(startStandin({ service: 'primary', controlPort: port }))
      .rejects.toThrow(/can not be used/);
    await first.close();
  });
});
