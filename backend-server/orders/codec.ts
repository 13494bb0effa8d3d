import type { Command } from './commands.ts';
import { upgradeCommand } from './upgrade.ts';

/** The payload of an op in the log. */
export const encodeCommand = (command: Command): string => JSON.stringify(command);

/**
 * Reads a payload that encodeCommand made. It is not checked again: it comes from this group's own
 * primaries, and a replica that judged it differently from the others would be the one at fault.
 */
export const decodeCommand = (payload: string): Command =>
  upgradeCommand(JSON.parse(payload) as Command);
