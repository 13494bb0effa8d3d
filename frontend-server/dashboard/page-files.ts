import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files of the dashboard as vite wrote them, read once: no request ever leads to a path. */

export interface PageFile {
  /** As requested: `/` for the page itself. */
  path: string;
  type: string;
  body: Buffer;
  etag: string;
  /** Its name holds a hash of what is in it, so that a browser need not ask again. */
  immutable: boolean;
}

const typeOf: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** Beside this program in dist/, or in dist/ when it runs from source; source has no assets/. */
const folders = ['../../dashboard/', '../../dist/dashboard/']
  .map((folder) => fileURLToPath(new URL(folder, import.meta.url)));

function pageFile(path: string, file: string, immutable: boolean): PageFile[] {
  const type = typeOf[extname(file)];
  if (type === undefined) return [];
  const body = readFileSync(file);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return [{ path, type, body, etag, immutable }];
}

/** Every file of the page; empty where it was not built. */
export function loadPageFiles(): PageFile[] {
  const folder = folders.find((one) => existsSync(join(one, 'assets')));
  if (folder === undefined) return [];
  const assets = join(folder, 'assets');
  return [
    ...pageFile('/', join(folder, 'index.html'), false),
    ...readdirSync(assets).flatMap((name) => pageFile(`/assets/${name}`, join(assets, name), true)),
  ];
}
