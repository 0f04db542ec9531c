// Prints where the project stands in an unpacked archive and what of it tells its package manager, as one JSON object (the
// shape of `foundProject`, src/sandbox/ecosystems/project.ts): `node find-root.mjs FOLDER MANIFEST…`, the name that wins
// first. `npm pack` puts everything under package/, `tar -C dir .` puts it at the top: the root is the shallowest folder
// that holds a manifest.
// Exit code 1, with the reason on standard error, when there is none, or no telling which.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const MAX_DEPTH = 4;
// As in src/blobs/manifest-finder.ts.
const NO_PROJECT = /^(?:\..*|node_modules|__MACOSX|@eaDir)$/;
const MAX_MANIFEST_BYTES = 1024 * 1024;
const TELLING_FILES = [
  'package-lock.json',
  'npm-shrinkwrap.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  'yarn.lock',
  '.yarnrc.yml',
  'gems.rb',
  'Gemfile',
  'vendor/cache',
];

const [top, ...manifestNames] = process.argv.slice(2);
const wanted = manifestNames.join(' or ');

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NO_PROJECT.test(entry.name))
    .map((entry) => join(folder, entry.name));
}

function findRoot() {
  let level = [top];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const roots = level.filter((folder) => manifestNames.some((name) => existsSync(join(folder, name))));
    if (roots.length > 1) {
      const names = roots.slice(0, 5).map((folder) => relative(top, folder));
      fail(`no ${wanted} at the top of the archive, and several below it: ${names.join(', ')}`);
    }
    if (roots.length === 1) return roots[0];
    level = level.flatMap(subfolders);
  }
  return fail(`the archive holds no ${wanted}`);
}

function checkFile(folder, name) {
  const stat = statSync(join(folder, name));
  if (!stat.isFile()) fail(`${name} is not a file`);
  if (stat.size > MAX_MANIFEST_BYTES) fail(`${name} has ${stat.size} bytes, more than ${MAX_MANIFEST_BYTES}`);
}

function readManifest(file) {
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    fail(`package.json is not JSON: ${error.message}`);
  }
  if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest)) fail('package.json is not an object');
  return manifest;
}

/** `pnpm@12.1.0+sha512.…` of corepack's field; of the newer one, its name and version. */
function packageManagerOf(manifest) {
  if (typeof manifest.packageManager === 'string') return manifest.packageManager.split('+')[0].slice(0, 100);
  const engine = manifest.devEngines?.packageManager;
  const { name, version } = (Array.isArray(engine) ? engine[0] : engine) ?? {};
  return typeof name === 'string' ? `${name}@${typeof version === 'string' ? version : ''}`.slice(0, 100) : null;
}

/** Yarn 2 and later write a `__metadata` entry, yarn 1 a comment. */
function yarnLockOf(root) {
  try {
    const file = join(root, 'yarn.lock');
    if (!statSync(file).isFile()) return null;
    return /^__metadata:/m.test(readFileSync(file, 'utf8').slice(0, 4096)) ? 'berry' : 'classic';
  } catch {
    return null;
  }
}

const root = findRoot();
const manifestName = manifestNames.find((name) => existsSync(join(root, name)));
checkFile(root, manifestName);
const manifest = manifestName === 'package.json' ? readManifest(join(root, manifestName)) : {};
const files = TELLING_FILES.filter((name) => existsSync(join(root, name)));
process.stdout.write(
  JSON.stringify({ root, files, packageManager: packageManagerOf(manifest), yarnLock: yarnLockOf(root) }),
);
