import { dirname, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * What is started often goes into few large files: a back end consists of about 600 modules, and
 * looking for each of them takes longer than running it. tsc writes dist/ first; the files named
 * here then take the place of its own. All others stay as they are, for the simulator, which
 * patches single modules.
 */

const root = fileURLToPath(new URL('..', import.meta.url));
const programs = [
  'tools/orderly', 'backend-server/storage/worker', 'backend-server/storage/snapshot-worker',
];
const here = /\bimport\.meta\.url\b/g;
const mark = (file) => `ORDERLY_FILE(${JSON.stringify(file)})`;
const marked = /ORDERLY_FILE\("([^"]+)"\)/g;

/** A module looks for its neighbours from the place that it has without this. */
const keepPlaces = {
  name: 'keep-places',
  transform: {
    filter: { id: { include: [/\.ts$/], exclude: [/node_modules/] }, code: here },
    handler(code, id) {
      const file = relative(root, id).split(sep).join('/').replace(/\.ts$/, '.js');
      return code.replace(here, mark(file));
    },
  },
  renderChunk(code, { fileName }) {
    return code.replace(marked, (_, file) => {
      const path = relative(dirname(fileName), file).split(sep).join('/');
      return `new URL(${JSON.stringify(path)}, import.meta.url).href`;
    });
  },
};

export default {
  cwd: root,
  input: Object.fromEntries(programs.map((name) => [name, `${name}.ts`])),
  platform: 'node',
  // The one library with a native part.
  external: ['better-sqlite3'],
  plugins: [keepPlaces],
  output: {
    dir: 'dist',
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  },
};
