// Lists what is installed in a project's node_modules, by npm, yarn or pnpm: `node packages.mjs PROJECT` prints one JSON
// object per line, the project itself first, in the shape of InstalledPackage (src/report/installed-package.ts). What it reads was written by the packages:
// every size is bounded, and a manifest that can't be read gives a package without scripts rather than none.
import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync, realpathSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';

const MAX_PACKAGES = 50_000;
const MAX_DEPTH = 64;
const MAX_MANIFEST_BYTES = 1024 * 1024;
const MAX_NAME_CHARS = 214;
const MAX_DEPENDENCIES = 2000;
const MAX_BINS = 4;
const MAX_WORKSPACE_DEPTH = 4;
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall'];
// npm runs these for the project itself and for packages that are links or come from git.
const LOCAL_SCRIPTS = ['preprepare', 'prepare', 'postprepare', 'prepublish'];

const project = realpathSync(process.argv[2]);
// pnpm's real folders; what stands in node_modules beside it are links into it.
const store = join(project, 'node_modules', '.pnpm');
const hasStore = existsSync(store);
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

/** What a project or a folder of it is developed with is installed for it, what a package is developed with is not. */
function dependenciesOf(manifest, isLocal) {
  const sections = [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies];
  if (isLocal) sections.push(manifest.devDependencies);
  return [...new Set(sections.flatMap(keys))].slice(0, MAX_DEPENDENCIES);
}

/** Command line tools, as absolute paths inside the package. */
function binsOf(manifest, realPath) {
  const files =
    typeof manifest.bin === 'string' ? [manifest.bin] : isRecord(manifest.bin) ? Object.values(manifest.bin) : [];
  const inside = files.filter((file) => typeof file === 'string').map((file) => join(realPath, file));
  return [...new Set(inside)]
    .filter((file) => file.startsWith(`${realPath}/`) && file.length < 1024)
    .slice(0, MAX_BINS);
}

/** Where pnpm's links lead from a package: Node's look-up from its real folder. */
function resolveAll(realPath, names) {
  const found = {};
  for (const name of names) {
    for (let at = realPath; at.startsWith(project); at = dirname(at)) {
      const target = resolveFolder(join(at, 'node_modules', name));
      if (target === undefined) continue;
      found[name] = target;
      break;
    }
  }
  return found;
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
    from: { kind: isProject ? 'project' : isLocal ? 'link' : 'unknown', resolved: null, integrity: null },
    optional: false,
    scripts: scriptsOf(manifest, realPath, isLocal),
    dependencies: dependenciesOf(manifest, isProject || isLocal),
    bins: binsOf(manifest, realPath),
  };
  if (hasStore) line.resolved = resolveAll(realPath, line.dependencies);
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

function isInstalled(realPath) {
  return realPath.includes('/node_modules/');
}

function visitPackage(folder, isLink, depth) {
  const realPath = resolveFolder(folder);
  if (realPath === undefined || count >= MAX_PACKAGES) return;
  if (!existsSync(join(realPath, 'package.json'))) return;
  // A link into pnpm's store is a way to a package, not one more of it.
  if (seen.has(realPath) && hasStore) return;
  print(folder, realPath, isLink && !isInstalled(realPath));
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

/** Workspaces that nothing links to (pnpm's): folders with dependencies of their own. */
function visitWorkspaces(folder, depth) {
  if (depth > MAX_WORKSPACE_DEPTH) return;
  for (const entry of list(folder)) {
    if (!entry.isDirectory() || entry.name === 'node_modules' || entry.name.startsWith('.')) continue;
    const below = join(folder, entry.name);
    if (existsSync(join(below, 'node_modules')) && !seen.has(below)) visitPackage(below, true, depth);
    visitWorkspaces(below, depth + 1);
  }
}

seen.add(project);
print(project, project, true);
visitModules(join(project, 'node_modules'), 0);
if (hasStore) {
  for (const entry of list(store)) {
    if (entry.isDirectory()) visitModules(join(store, entry.name, 'node_modules'), 1);
  }
  visitWorkspaces(project, 0);
}
