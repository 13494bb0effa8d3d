import type { View } from '../../../shared/contract/view.ts';
import type { Entry } from '../../../shared/contract/replica.ts';
import { encodeCommand } from '../../orders/codec.ts';
import type { Command, CommandBody } from '../../orders/commands.ts';
import { sampleCommand, sampleInstall, samplePlace } from '../../orders/testing/sample-commands.ts';
import type { StorageOp } from '../../replication/events.ts';

/** Log entries for storage tests; like the sample commands, functions of small numbers. */

export const sampleClusterId = 'c'.repeat(32);

export function entryOf(lsn: number, command: Command, epoch = 1): Entry {
  return { lsn, epoch, kind: 'op', opId: command.opId, payload: encodeCommand(command) };
}

/** An entry whose command has the number of its lsn. */
export const sampleEntry = (lsn: number, body: CommandBody, epoch = 1): Entry =>
  entryOf(lsn, sampleCommand(lsn, body), epoch);

export const barrier = (lsn: number, epoch: number): Entry =>
  ({ lsn, epoch, kind: 'barrier', opId: '', payload: '' });

export const barriers = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => barrier(from + index, 1));

/** Entry 1 installs the catalogue; entry n places order n. */
export const sampleEntries = (from: number, to: number): Entry[] =>
  Array.from({ length: to - from + 1 }, (_, index) => {
    const lsn = from + index;
    return sampleEntry(lsn, lsn === 1 ? sampleInstall() : samplePlace({ n: lsn }));
  });

export const append = (...entries: Entry[]): StorageOp => ({ op: 'append', entries });

export const sampleView = (viewNumber: number): View => ({
  clusterId: sampleClusterId,
  group: 'main',
  lineage: 1,
  viewNumber,
  epoch: viewNumber,
  primary: 'a'.repeat(32),
  primaryBoot: 1,
  inSync: ['a'.repeat(32)],
  minInSync: 1,
  featureLevel: 1,
  addresses: {},
  reason: 'test',
  docHash: 'd'.repeat(64),
  seal: 'e'.repeat(64),
});
