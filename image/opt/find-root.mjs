// Prints where the project stands in an unpacked archive: {"root": "<folder>", "locked": <has a lock file>}.
// `npm pack` puts everything under package/, `tar -C dir .` puts it at the top: the root is the shallowest folder that
// holds a package.json. Exit code 1, with the reason on standard error, when there is none, or no telling which.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

const MAX_DEPTH = 4;
const MAX_MANIFEST_BYTES = 1024 * 1024;
const LOCK_FILES = ['package-lock.json', 'npm-shrinkwrap.json'];

function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.'))
    .map((entry) => join(folder, entry.name));
}

function findRoot(top) {
  let level = [top];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const roots = level.filter((folder) => existsSync(join(folder, 'package.json')));
    if (roots.length > 1) {
      const names = roots.slice(0, 5).map((folder) => relative(top, folder));
      fail(`no package.json at the top of the archive, and several below it: ${names.join(', ')}`);
    }
    if (roots.length === 1) return roots[0];
    level = level.flatMap(subfolders);
  }
  return fail('the archive holds no package.json');
}

function checkManifest(file) {
  const stat = statSync(file);
  if (!stat.isFile()) fail('package.json is not a file');
  if (stat.size > MAX_MANIFEST_BYTES) fail(`package.json has ${stat.size} bytes, more than ${MAX_MANIFEST_BYTES}`);
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    fail(`package.json is not JSON: ${error.message}`);
  }
  if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest)) fail('package.json is not an object');
}

const root = findRoot(process.argv[2]);
checkManifest(join(root, 'package.json'));
process.stdout.write(JSON.stringify({ root, locked: LOCK_FILES.some((name) => existsSync(join(root, name))) }));
