// Lists what is installed in a project: `node packages.mjs PROJECT` prints one JSON object per line, the project itself
// first, in the shape of InstalledPackage (src/report/installed-package.ts). What it reads was written by the packages:
// every size is bounded, and a manifest that can't be read gives a package without scripts rather than none.
import { closeSync, existsSync, fstatSync, openSync, readSync, readdirSync, realpathSync } from 'node:fs';
import { basename, join, relative } from 'node:path';

const MAX_PACKAGES = 50_000;
const MAX_DEPTH = 64;
const MAX_MANIFEST_BYTES = 1024 * 1024;
const MAX_NAME_CHARS = 214;
const MAX_DEPENDENCIES = 2000;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
// npm runs these for the project itself and for packages that are links or come from git.
const LOCAL_SCRIPTS = ['preprepare', 'prepare', 'postprepare', 'prepublish'];

const project = realpathSync(process.argv[2]);
const seen = new Set();
let count = 0;

function isRecord(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

function readManifest(folder) {
  let fd;
  try {
    // Not blocking: a FIFO by that name must not hold the walk up.
    fd = openSync(join(folder, 'package.json'), 2048 /* O_NONBLOCK */);
    const stat = fstatSync(fd);
    if (!stat.isFile() || stat.size > MAX_MANIFEST_BYTES) return undefined;
    const buffer = Buffer.alloc(stat.size);
    const read = readSync(fd, buffer, 0, stat.size, 0);
    const manifest = JSON.parse(buffer.toString('utf8', 0, read).replace(/^\uFEFF/, ''));
    return isRecord(manifest) ? manifest : undefined;
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function text(value, fallback) {
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_NAME_CHARS) : fallback;
}

function keys(value) {
  return isRecord(value) ? Object.keys(value).filter((key) => key.length <= MAX_NAME_CHARS) : [];
}

function scriptsOf(manifest, folder, isLocal) {
  const declared = isRecord(manifest.scripts) ? manifest.scripts : {};
  const runs = isLocal ? [...INSTALL_SCRIPTS, ...LOCAL_SCRIPTS] : INSTALL_SCRIPTS;
  const scripts = runs.filter((name) => typeof declared[name] === 'string' && declared[name].trim() !== '');
  // npm runs `node-gyp rebuild` for a binding.gyp without install scripts of its own.
  const builds = manifest.gypfile !== false && !scripts.includes('install') && !scripts.includes('preinstall');
  if (builds && existsSync(join(folder, 'binding.gyp'))) scripts.push('install');
  return scripts;
}

function dependenciesOf(manifest, isProject) {
  const sections = [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies];
  if (isProject) sections.push(manifest.devDependencies);
  return [...new Set(sections.flatMap(keys))].slice(0, MAX_DEPENDENCIES);
}

function print(folder, realPath, isLocal) {
  const manifest = readManifest(realPath) ?? {};
  const isProject = folder === project;
  // An alias (`"a": "npm:b@1"`) lies in node_modules/a and is b.
  const line = {
    name: text(manifest.name, basename(folder)),
    version: text(manifest.version, ''),
    path: isProject ? '.' : relative(project, folder),
    realPath,
    scripts: scriptsOf(manifest, realPath, isLocal),
    dependencies: dependenciesOf(manifest, isProject),
  };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  count += 1;
}

function resolveFolder(folder) {
  try {
    return realpathSync(folder);
  } catch {
    return undefined;
  }
}

function list(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function visitPackage(folder, isLink, depth) {
  const realPath = resolveFolder(folder);
  if (realPath === undefined || count >= MAX_PACKAGES) return;
  if (!existsSync(join(realPath, 'package.json'))) return;
  print(folder, realPath, isLink);
  if (seen.has(realPath)) return;
  seen.add(realPath);
  visitModules(join(folder, 'node_modules'), depth + 1);
}

function visitModules(modules, depth) {
  if (depth > MAX_DEPTH) return;
  for (const entry of list(modules)) {
    const isFolder = entry.isDirectory() || entry.isSymbolicLink();
    if (!isFolder || entry.name.startsWith('.')) continue;
    const folder = join(modules, entry.name);
    if (!entry.name.startsWith('@')) {
      visitPackage(folder, entry.isSymbolicLink(), depth);
      continue;
    }
    for (const scoped of list(folder)) visitPackage(join(folder, scoped.name), scoped.isSymbolicLink(), depth);
  }
}

seen.add(project);
print(project, project, true);
visitModules(join(project, 'node_modules'), 0);
