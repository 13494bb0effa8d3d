import {
  cpSync, existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { assert } from '../../../shared/runtime/assert.ts';
import { version } from '../../../shared/runtime/version.ts';
import { orderlyBinary } from '../../up/cluster.ts';

/**
 * Another version of the programs: a copy of the build that says another number. What two versions
 * say to each other then differs in nothing but that; feature levels come with the first change of
 * the wire.
 */
export interface OtherVersion {
  number: string;
  /** Stands before a program's command and puts the other binary in the place of ours. */
  wrap: string[];
}

const tools = 'tools/orderly.js';
/** What shared/runtime/version.ts says, in whichever file of the build it has come to stand. */
const saysVersion = `"${version}"`;

export function buildOtherVersion(dir: string): OtherVersion {
  const binary = orderlyBinary();
  const dist = binary.slice(0, -tools.length);
  const number = `${version}-other`;
  const copy = join(dir, 'other-version');
  mkdirSync(copy, { recursive: true });
  cpSync(dist, join(copy, 'dist'), { recursive: true });
  for (const name of ['node_modules', 'package.json']) {
    const found = findUp(dist, name);
    if (found !== null) symlinkSync(found, join(copy, name));
  }
  for (const file of bundled(join(copy, 'dist'))) {
    writeFileSync(file, readFileSync(file, 'utf8').replace(saysVersion, `"${number}"`));
  }
  // $1 is Node and $2 our binary: the rest goes to the other one.
  const script = `node=$1; shift 2; exec "$node" "${join(copy, 'dist', tools)}" "$@"`;
  return { number, wrap: ['sh', '-c', script, 'orderly'] };
}

/** The files of the programs that name the version. */
function bundled(dist: string): string[] {
  const folder = join(dist, 'chunks');
  const files = readdirSync(folder).map((name) => join(folder, name))
    .filter((file) => readFileSync(file, 'utf8').includes(saysVersion));
  assert(files.length > 0, 'some file of the build says the version');
  return files;
}

function findUp(from: string, name: string): string | null {
  for (let dir = from; dir !== dirname(dir); dir = dirname(dir)) {
    if (existsSync(join(dir, name))) return join(dir, name);
  }
  return null;
}
