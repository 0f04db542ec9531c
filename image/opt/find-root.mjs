// Prints where the project is in an unpacked archive, and what identifies its package manager, as one JSON object (the
// shape of `foundProject`, src/ecosystems/project.ts): `node find-root.mjs FOLDER MANIFEST,… FILE,… SETTINGS,…`: names of
// manifests, the one that wins first, of the files and folders to look for beside it, and of the files in which a package manager
// replaces `${VARIABLES}`. `npm pack` puts everything under package/,
// `tar -C dir .` puts it at the top: the root is the shallowest folder that holds a manifest.
// Exit code 1, with the reason on standard error, when there is none, or several on one level.
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

const MAX_DEPTH = 4;
// As in src/blobs/manifest-finder.ts.
const NO_PROJECT = /^(?:\..*|node_modules|__MACOSX|@eaDir)$/;
const MAX_MANIFEST_BYTES = 1024 * 1024;
const HEAD_BYTES = 16_384;
const MAX_VARIABLES = 64;

const [top = '', manifests = '', telling = '', settings = ''] = process.argv.slice(2);
const manifestNames = manifests.split(',');
const wanted = manifestNames.join(' or ');

/** @param {string} reason @returns {never} */
function fail(reason) {
  process.stderr.write(`${reason}\n`);
  process.exit(1);
}

/** @param {string} folder */
function subfolders(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !NO_PROJECT.test(entry.name))
    .map((entry) => join(folder, entry.name));
}

/** @returns {string} */
function findRoot() {
  let level = [top];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const roots = level.filter((folder) => manifestNames.some((name) => existsSync(join(folder, name))));
    if (roots.length > 1) {
      const names = roots.slice(0, 5).map((folder) => relative(top, folder));
      fail(`no ${wanted} at the top of the archive, and several below it: ${names.join(', ')}`);
    }
    if (roots[0] !== undefined) return roots[0];
    level = level.flatMap(subfolders);
  }
  return fail(`the archive holds no ${wanted}`);
}

/** @param {string} folder @param {string} name */
function checkFile(folder, name) {
  const stat = statSync(join(folder, name));
  if (!stat.isFile()) fail(`${name} is not a file`);
  if (stat.size > MAX_MANIFEST_BYTES) fail(`${name} has ${stat.size} bytes, more than ${MAX_MANIFEST_BYTES}`);
}

/** @param {string} file @returns {Record<string, unknown>} */
function readManifest(file) {
  /** @type {unknown} */
  let manifest;
  try {
    manifest = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    fail(`package.json is not JSON: ${error instanceof Error ? error.message : error}`);
  }
  if (manifest === null || typeof manifest !== 'object' || Array.isArray(manifest)) {
    return fail('package.json is not an object');
  }
  return { ...manifest };
}

/**
 * The beginning of a text file; undefined for other files.
 * @param {string} file
 */
function headOf(file) {
  let fd;
  try {
    fd = openSync(file, 2048 /* O_NONBLOCK: a FIFO by that name must not stop this program */);
    const head = Buffer.alloc(HEAD_BYTES);
    const read = readSync(fd, head, 0, HEAD_BYTES, 0);
    // A cut through a character leaves replacement characters, which may make the text longer than its bytes.
    return head.toString('utf8', 0, read).slice(0, HEAD_BYTES);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

const VARIABLE = /\$\{([^${}=]{1,100})\}/g;
// A default as yarn 4 and pnpm write it (`NAME:-default`, `NAME-default`), or npm (`NAME?`: nothing).
const WITH_DEFAULT = /^(\w+)(?::?-.*|\?)$/;
// Files of which yarn 1 takes all between the braces for the name, and npm all but a question mark.
const TAKEN_WHOLE = /^\.(?:npmrc|yarnrc)$/;
// Programs run, load or obey the value of these.
const OBEYED =
  /^(?:LD_(?:PRELOAD|AUDIT|LIBRARY_PATH|DEBUG\w*|PROFILE\w*|BIND_\w+|TRACE_\w+)|NODE_(?:OPTIONS|PATH|ENV)|BASH_ENV|ENV|IFS|GIT_(?:SSH|CONFIG|TRACE|SSL|PROXY|EXEC|TEMPLATE|ATTR|OBJECT|ALTERNATE|PROTOCOL|ALLOW|HTTP|CURL)\w*|GIT_(?:DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|NAMESPACE|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|TERMINAL_PROMPT|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM)|npm_config_(?!\w*(?:token|password|secret|registry)$)\w*)$/i;

/**
 * What a variable is for, by the line before it; null where it may stay unset.
 * @param {string} name @param {boolean} hasDefault @param {string} before
 */
function useOf(name, hasDefault, before) {
  const isCredential = /auth|token|password|secret|username/i.test(before);
  if (hasDefault && !isCredential) return null;
  if (OBEYED.test(name)) return 'nothing';
  if (/\/\/$/.test(before)) return 'host';
  if (/(?:registry|server|url|proxy)["']?\s*[=:]?\s*["']?$/i.test(before))
    return before.includes('@') ? 'url' : 'registry';
  return 'token';
}

/**
 * Most settings may be empty if the default is unknown.
 * @param {string} name @param {string} before
 */
function useWithDefault(name, before) {
  const use = useOf(name, false, before);
  return use === 'token' ? (useOf(name, true, before) ?? 'nothing') : use;
}

/** @param {string} folder @param {string} name @returns {[string, boolean][]} */
function linesIn(folder, name) {
  return linesOf(join(folder, name)).map((line) => [line, TAKEN_WHOLE.test(name)]);
}

/** @param {string} file @returns {string[]} */
function linesOf(file) {
  try {
    if (!statSync(file).isFile() || statSync(file).size > MAX_MANIFEST_BYTES) return [];
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/**
 * The variables that settings of the project ask for and that are not set here. Yarn reads the files of the folders above, too.
 * @param {string} project
 */
function unsetVariables(project) {
  /** @type {Map<string, string>} */
  const found = new Map();
  /** @param {string} name @param {string | null} use */
  const note = (name, use) => {
    if (use !== null && process.env[name] === undefined && !found.has(name)) found.set(name, use);
  };
  for (let folder = project; folder.startsWith(top); folder = dirname(folder)) {
    for (const [line, isTakenWhole] of settings.split(',').flatMap((name) => linesIn(folder, name))) {
      for (const match of line.matchAll(VARIABLE)) {
        const [, whole = ''] = match;
        const before = line.slice(0, match.index);
        const [, name] = WITH_DEFAULT.exec(whole) ?? [];
        if (name !== undefined) note(name, useOf(name, true, before));
        // A manager that takes all of it for the name knows no default.
        if (name === undefined) note(whole, useOf(whole, false, before));
        else if (isTakenWhole) note(whole, useWithDefault(name, before));
      }
    }
  }
  return [...found].slice(0, MAX_VARIABLES).map(([name, use]) => ({ name, use }));
}

const root = findRoot();
const manifestName =
  manifestNames.find((name) => existsSync(join(root, name))) ?? fail(`the archive holds no ${wanted}`);
checkFile(root, manifestName);
const manifest = manifestName === 'package.json' ? readManifest(join(root, manifestName)) : {};
const files = telling.split(',').filter((name) => existsSync(join(root, name)));
const heads = Object.fromEntries(
  files
    .filter((name) => name !== manifestName)
    .flatMap((name) => {
      const head = headOf(join(root, name));
      return head === undefined ? [] : [[name, head]];
    }),
);
process.stdout.write(JSON.stringify({ root, files, heads, manifest, unset: unsetVariables(root) }));
