import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { makeFolders } from '../shared/runtime/make-folders.ts';

/** What the client remembers between runs: `${home}/client.json`, readable by its owner only. */
const sessionFileSchema = z.object({
  version: z.literal(1),
  last_url: z.url({ protocol: /^https?$/ }).max(2_000),
  /** Token by URL: one is never sent to another server. */
  tokens: z.record(z.string().max(2_000), z.string().max(4_000)),
});
export type SessionFile = z.infer<typeof sessionFileSchema>;

const bytesMax = 1_000_000;

/** Cut to a length no token reaches, so that a wrong file can not fill the memory. */
async function readSmall(path: string): Promise<string | null> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      return size > bytesMax ? null : await file.readFile('utf8');
    } finally {
      await file.close();
    }
  } catch {
    // Missing or not readable: this client then knows nothing, as on its first run.
    return null;
  }
}

export async function readSessionFile(home: string): Promise<SessionFile | null> {
  const text = await readSmall(join(home, 'client.json'));
  if (text === null) return null;
  try {
    const parsed = sessionFileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    // Not JSON: it is only a memory, the next success writes it anew.
    return null;
  }
}

/** Remembers the URL that answered, and the token where the user gave one. Never throws. */
export async function rememberSession(
  home: string, used: { url: string; token: string | null },
): Promise<void> {
  const known = await readSessionFile(home);
  const tokens = new Map(Object.entries(known?.tokens ?? {}));
  if (used.token !== null) tokens.set(used.url, used.token);
  const unchanged = known?.last_url === used.url
    && (used.token === null || known.tokens[used.url] === used.token);
  if (unchanged) return;
  await writeSessionFile(home, {
    version: 1, last_url: used.url, tokens: Object.fromEntries(tokens),
  });
}

/** Forgets the token of a server, after its session has ended. Never throws. */
export async function forgetSession(home: string, url: string): Promise<void> {
  const known = await readSessionFile(home);
  if (known === null || !Object.hasOwn(known.tokens, url)) return;
  const { [url]: _ended, ...tokens } = known.tokens;
  await writeSessionFile(home, { ...known, tokens });
}

async function writeSessionFile(home: string, next: SessionFile): Promise<void> {
  const path = join(home, 'client.json');
  const draft = `${path}.${randomUUID()}`;
  try {
    makeFolders(home);
    const file = await open(draft, 'wx', 0o600);
    try {
      await file.writeFile(`${JSON.stringify(next, null, 2)}\n`);
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch {
    // A read-only home costs the memory, not the command.
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

const tokenShape = /^[\x21-\x7e]{1,4000}$/;

/** The operator's token that a front end on this machine has written. */
export async function readOperatorToken(home: string): Promise<string | null> {
  const text = await readSmall(join(home, 'operator.token'));
  const token = text?.trim() ?? '';
  return tokenShape.test(token) ? token : null;
}
