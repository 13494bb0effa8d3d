import { type Command, Option } from 'commander';

const option = (flags: string, help: string, variable: string): Option =>
  new Option(flags, help).env(`ORDERLY_${variable}`);

/** Flags of `orderly up`; each may also be given as ORDERLY_ and its name in capitals. */
export const upOptions = (command: Command): Command => command
  .addOption(option('--backends <n>',
    'how many back ends (default: 3, or all that the folder of --data has)', 'BACKENDS'))
  .addOption(option('--frontends <n>', 'how many front ends', 'FRONTENDS').default('1'))
  .addOption(option('--port <n>', 'port of the first front end, 0: any free one', 'PORT')
    .default('8080'))
  .addOption(option('--nameserver-port <n>', 'port of the name server, 0: any free one',
    'NAMESERVER_PORT').default('7400'))
  .addOption(option('--data <dir>', 'keep everything in this folder (else: nothing is kept)',
    'DATA'))
  .addOption(option('--geocoders <which>', 'web services, local stand-ins, or what can be reached',
    'GEOCODERS').choices(['auto', 'live', 'standin']).default('auto'))
  .addOption(option('--geocoder-primary-url <url>', 'another first geocoder',
    'GEOCODER_PRIMARY_URL'))
  .addOption(option('--geocoder-secondary-url <url>', 'another second geocoder',
    'GEOCODER_SECONDARY_URL'))
  .option('--json', 'one JSON line when all is ready; logs go to files in the data folder')
  .option('--no-respawn', 'do not start a program again when it ends')
  .option('--no-mdns', 'do not announce the name server on the local network')
  .addOption(option('--log-level <level>', 'how much the programs say', 'LOG_LEVEL')
    .choices(['debug', 'info', 'warn', 'error']).default('warn'))
  .addOption(option('--log-format <format>', 'of what the programs say (default: pretty on the '
    + 'screen, json in files)', 'LOG_FORMAT').choices(['json', 'pretty']));
