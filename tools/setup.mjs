/**
 * Makes this clone runnable: packages installed, dist/ built. Runs before every npm script, so it
 * needs nothing but Node, says nothing when there is nothing to do, and can be stopped anywhere:
 * a step counts as done only when its stamp is written, and the stamp is written last.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync,
  realpathSync, rmSync, writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, extname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const minimumNode = [20, 19];
const programFolders = [
  'shared', 'nameserver', 'backend-server', 'frontend-server', 'client', 'tools',
  'examples',
];
/** Runs in browsers: bundled by vite, not compiled beside the programs. */
const pageFolder = 'dashboard';
/** How the programs are put into few files. */
const bundleConfig = join('tools', 'bundle.config.mjs');
const packagesStamp = join(root, 'node_modules', '.orderly-stamp');
const buildStamp = join(root, 'dist', '.orderly-stamp');
const lockWaitMs = 600_000;

/** A failure with what, why and what to do next. */
class SetupFailure extends Error {
  constructor({ what, why, next }) {
    super(`error: ${what}\ncause: ${why}\nfix:   ${next}`);
  }
}

const say = (text) => process.stderr.write(`setup: ${text}\n`);
const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
};
const readOr = (file, otherwise) => (existsSync(file) ? readFileSync(file, 'utf8') : otherwise);

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [wantMajor, wantMinor] = minimumNode;
  if (major > wantMajor || (major === wantMajor && minor >= wantMinor)) return;
  throw new SetupFailure({
    what: `Node ${process.versions.node} is too old for Orderly.`,
    why: `It needs Node ${minimumNode.join('.')} or newer.`,
    next: 'install a newer Node (https://nodejs.org), then run the command again.',
  });
}

/** Runs a program; its output is shown only when it fails. Resolves with { code, output }. */
function run(command, args, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    });
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) => {
      resolve({ code: code ?? 1, output: Buffer.concat(chunks).toString() || String(signal) });
    });
  });
}

const lastLines = (text, count) => text.trimEnd().split('\n').slice(-count).join('\n       ');

// ---- packages

const lockText = () => readFileSync(join(root, 'package-lock.json'), 'utf8');
/** Native modules are built for one ABI on one platform: another Node needs another install. */
const packagesKey = () =>
  sha256(lockText(), process.versions.modules, process.platform, process.arch);

/** True when npm's own record says that exactly the locked versions are installed. */
function installedAsLocked() {
  const record = readOr(join(root, 'node_modules', '.package-lock.json'), '');
  if (record === '') return false;
  const installed = JSON.parse(record).packages;
  const locked = JSON.parse(lockText()).packages;
  return Object.entries(locked).every(([path, { version, optional }]) =>
    path === '' || (installed[path] ? installed[path].version === version : optional === true));
}

/** The SQLite driver is the one native part: it can be installed and yet not load. */
async function driverLoads() {
  const script = "new (require('better-sqlite3'))(':memory:').close()";
  return (await run(process.execPath, ['-e', script])).code === 0;
}

/** npm itself, run by this Node where possible: a `npm` found on the path may be of another one. */
function npm(args) {
  const prefix = dirname(dirname(realpathSync(process.execPath)));
  const header = join(prefix, 'include', 'node', 'node_version.h');
  const [major, minor] = process.versions.node.split('.');
  const matches = (text) => new RegExp(`MAJOR_VERSION ${major}\\b`).test(text)
    && new RegExp(`MINOR_VERSION ${minor}\\b`).test(text);
  // Headers beside this Node spare the compiler a download that may not be possible.
  const env = matches(readOr(header, '')) ? { npm_config_nodedir: prefix } : {};
  const script = process.env.npm_execpath;
  return script?.endsWith('npm-cli.js') ? run(process.execPath, [script, ...args], env)
    : run('npm', args, env);
}

const onPath = (name) => (process.env.PATH ?? '').split(delimiter).some((folder) => {
  try {
    accessSync(join(folder, name), constants.X_OK);
    return true;
  } catch {
    // Not in this folder: the next one is asked.
    return false;
  }
});

/** Debian's compiler packages, which the SQLite driver needs where no built binary can be had. */
async function installCompiler() {
  const missing = ['python3', 'make', 'g++'].filter((name) => !onPath(name));
  if (missing.length === 0) return false;
  if (process.getuid?.() !== 0 || !onPath('apt-get')) return false;
  say(`installing ${missing.join(', ')} with apt-get`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], env);
  const install = ['install', '-qy', '--no-install-recommends', ...missing];
  return (await run('apt-get', install, env)).code === 0;
}

async function installPackages() {
  const key = packagesKey();
  if (readOr(packagesStamp, '') === key) return;
  if (installedAsLocked() && await driverLoads()) {
    writeFileSync(packagesStamp, key);
    return;
  }
  say('installing packages (npm ci); a first time may take one or two minutes');
  rmSync(packagesStamp, { force: true });
  let result = await npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if ((result.code !== 0 || !await driverLoads()) && await installCompiler()) {
    result = await npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  }
  if (result.code !== 0) {
    throw new SetupFailure({
      what: 'The packages could not be installed (npm ci failed).',
      why: lastLines(result.output, 12),
      next: 'check the connection to the npm registry, then run the command again. Where '
        + 'better-sqlite3 failed to compile: install python3, make and g++ first.',
    });
  }
  if (!await driverLoads()) {
    throw new SetupFailure({
      what: 'The SQLite driver (better-sqlite3) is installed but does not load.',
      why: 'Its install script did not run, or it was built for another Node.',
      next: 'run `npm rebuild better-sqlite3`, then the command again.',
    });
  }
  writeFileSync(packagesStamp, key);
}

// ---- build

/** Every file of those folders that counts for dist/. Paths are relative. */
function sourceFiles(folders) {
  const found = [];
  for (const folder of folders) {
    if (!existsSync(join(root, folder))) continue;
    for (const entry of readdirSync(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile() || entry.name.endsWith('.test.ts') || entry.name.startsWith('.')) continue;
      if (extname(entry.name) === '.md') continue;
      if (extname(entry.name) === '.mjs' && folder !== pageFolder) continue;
      found.push(relative(root, join(entry.parentPath ?? entry.path, entry.name)));
    }
  }
  return found.sort((a, b) => (a < b ? -1 : 1));
}

function copyAssets(files) {
  for (const file of files) {
    if (extname(file) === '.ts') continue;
    mkdirSync(join(root, 'dist', dirname(file)), { recursive: true });
    copyFileSync(join(root, file), join(root, 'dist', file));
  }
}

/** What `orderly.cjs` answers without loading the program. */
async function writeHelpTexts() {
  const folder = join(root, 'dist', 'tools');
  const { helpTexts } = await import(pathToFileURL(join(folder, 'help-texts.js')).href);
  writeFileSync(join(folder, 'help-texts.json'), JSON.stringify(await helpTexts()));
}

/** Runs a tool of node_modules; throws with the end of what it said when it fails. */
async function runTool([name, ...file], args, what) {
  const script = join(root, 'node_modules', name, ...file);
  const { code, output } = await run(process.execPath, [script, ...args]);
  if (code === 0) return;
  throw new SetupFailure({
    what, why: lastLines(output, 20),
    next: 'mend the errors above (`npm run check` shows all of them), then try again.',
  });
}

async function build() {
  const files = sourceFiles(programFolders);
  const pageFiles = sourceFiles([pageFolder]);
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.build.json', bundleConfig];
  const key = sha256(...[...settings, ...files, ...pageFiles].flatMap((file) =>
    [file, readFileSync(join(root, file))]), packagesKey());
  if (readOr(buildStamp, '') === key) return;
  say('building dist/');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  const compile = ['-p', 'tsconfig.build.json'];
  await runTool(['typescript', 'bin', 'tsc'], compile, 'The sources do not compile.');
  const bundle = ['-c', bundleConfig, '--logLevel', 'silent'];
  await runTool(['rolldown', 'bin', 'cli.mjs'], bundle, 'The programs can not be put together.');
  const page = ['build', pageFolder, '--logLevel', 'warn'];
  if (pageFiles.length > 0) {
    await runTool(['vite', 'bin', 'vite.js'], page, 'The dashboard can not be built.');
  }
  copyAssets(files);
  await writeHelpTexts();
  writeFileSync(buildStamp, key);
}

// ---- one at a time

const processLives = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
};

/** Two set-ups in one clone (npm start beside npm test) would delete each other's work. */
async function alone(work) {
  const lock = join(tmpdir(), `orderly-setup-${sha256(root).slice(0, 16)}.lock`);
  const until = performance.now() + lockWaitMs;
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = Number(readOr(lock, '0'));
    if (holder > 0 && !processLives(holder)) rmSync(lock, { force: true });
    else if (performance.now() > until) {
      throw new SetupFailure({
        what: 'Another set-up of this clone does not come to an end.',
        why: `Process ${holder} holds ${lock}.`,
        next: 'stop that process, or delete that file, then try again.',
      });
    } else if (!told) {
      told = true;
      say('waiting for another set-up of this clone');
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

try {
  checkNode();
  await alone(async () => {
    await installPackages();
    await build();
  });
} catch (error) {
  process.stderr.write(`${error instanceof SetupFailure ? error.message : error.stack}\n`);
  process.exitCode = 1;
}
