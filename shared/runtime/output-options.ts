import { type Command, Option } from 'commander';

/** The flags that say what a program prints; every one that runs until it is stopped has them. */
export const outputOptions = (command: Command): Command =>
  command
    .addOption(new Option('--log-level <level>', 'debug, info, warn or error')
      .default('info').env('ORDERLY_LOG_LEVEL'))
    .addOption(new Option('--log-format <format>', 'json or pretty')
      .default('pretty').env('ORDERLY_LOG_FORMAT'))
    .option('--json', 'print the ready line as JSON');
