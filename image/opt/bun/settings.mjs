// Keeps the settings of a project's bunfig.toml that say where packages come from, and removes from its .npmrc the settings that neither a
// flag nor Bun's own settings can override: `bun settings.mjs PROJECT FILE`. Prints what is left out, one per line, for the report. Bun itself
// runs it, because it reads TOML; it is started outside of the project, so that the project's settings do not apply to this run.
// @ts-check
import { lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const MAX_BYTES = 1024 * 1024;
const MAX_NAME_CHARS = 100;
/** The sections that `bun install` reads. */
const READ = ['install', 'preload'];
/** https://bun.sh/docs/runtime/bunfig#package-manager */
const KEPT = ['scopes', 'linkWorkspacePackages'];
/** https://bun.sh/docs/pm/npmrc: what leaves packages out, and which authorities are trusted, which is the sandbox's to say. */
const LEFT_OUT_OF_NPMRC = /^\s*(dry-run|omit|include|ca|cafile)(?:\[\])?\s*(?:=|$)/;

const [project = '', target = ''] = process.argv.slice(2);
/** @type {{TOML: {parse(text: string): unknown}}} */
const { TOML } = Reflect.get(globalThis, 'Bun');

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isTable(value) {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** @param {string} name */
function read(name) {
  const file = join(project, name);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  return stat?.isFile() && stat.size <= MAX_BYTES ? readFileSync(file, 'utf8').replace(/^\uFEFF/, '') : '';
}

/** @param {string} what */
function say(what) {
  console.log(what.slice(0, MAX_NAME_CHARS).replace(/[^\x20-\x7e]/g, '?'));
}

/** A value as TOML has it; a JSON string is one of TOML's. @param {unknown} value @returns {string} */
function write(value) {
  if (!isTable(value)) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, inner]) => `${JSON.stringify(key)} = ${write(inner)}`)
    .join(', ')} }`;
}

/** @param {Record<string, unknown>} install */
function kept(install) {
  const lines = Object.entries(install)
    .filter(([key]) => KEPT.includes(key))
    .map(([key, value]) => `${key} = ${write(value)}\n`);
  return lines.length === 0 ? '' : `[install]\n${lines.join('')}`;
}

function bunfig() {
  try {
    return TOML.parse(read('bunfig.toml'));
  } catch {
    say('everything of bunfig.toml (it is no TOML)');
    return {};
  }
}

const settings = bunfig();
const install = isTable(settings) && isTable(settings.install) ? settings.install : {};
for (const key of isTable(settings)
  ? Object.keys(settings).filter((name) => READ.includes(name) && name !== 'install')
  : []) {
  say(`${key} of bunfig.toml`);
}
for (const key of Object.keys(install).filter((name) => !KEPT.includes(name))) say(`install.${key} of bunfig.toml`);
mkdirSync(dirname(target), { recursive: true });
writeFileSync(target, kept(install));

const lines = read('.npmrc').split(/\r?\n/);
const left = lines.filter((line) => !LEFT_OUT_OF_NPMRC.test(line));
for (const line of lines.filter((text) => LEFT_OUT_OF_NPMRC.test(text)))
  say(`${line.split(/[[=]/, 1).join('').trim()} of .npmrc`);
if (left.length < lines.length) writeFileSync(join(project, '.npmrc'), left.join('\n'));
