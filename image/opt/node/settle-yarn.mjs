// Takes out of a project's configuration what would make yarn show nothing: `node settle-yarn.mjs PROJECT`. Yarn's flags and
// variables can't win over these. Prints what was left out, one line each, for the report.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [project = ''] = process.argv.slice(2);

/** @typedef {{text: string, leftOut: string[]}} Change */

/** @param {string} name @param {(text: string) => Change} change */
function edit(name, change) {
  const file = join(project, name);
  if (!existsSync(file)) return;
  const before = readFileSync(file, 'utf8');
  const { text, leftOut } = change(before);
  if (leftOut.length === 0) return;
  writeFileSync(file, text);
  for (const what of leftOut) console.log(`${what} of ${name}`);
}

// Of yarn 1's settings, where packages come from is the project's to say, and nothing else.
const KEPT_YARN_1 = /^\s*(#|$)|^\s*"?(@[\w.~-]+:)?(registry|strict-ssl|cafile|ca|_auth\w*|always-auth|\/\/\S+)"?\s/;

/** @param {string} text @returns {Change} */
function yarnrc(text) {
  const lines = text.split('\n');
  const leftOut = lines
    .filter((line) => !KEPT_YARN_1.test(line))
    .map((line) => line.trim().split(/\s/, 1).join().slice(0, 60));
  return { text: lines.filter((line) => KEPT_YARN_1.test(line)).join('\n'), leftOut: [...new Set(leftOut)] };
}

// A plugin is code that may put itself in place of the install; the architectures would leave this one's packages out.
const LEFT_OUT_YARN_4 = ['plugins', 'yarnPath', 'supportedArchitectures', 'injectEnvironmentFiles', 'logFilters'];
const TOP_LEVEL_KEY = /^(["']?)([\w@./-]+)\1\s*:/;

// A token that is a variable of another machine's: yarn would stop where there is none. The gateway adds the credentials;
// where no others are left, yarn must not insist on having some.
const TOKEN_IN_VARIABLE = /^\s*["']?(npmAuthToken|npmAuthIdent)["']?\s*:.*\$\{/;
const ANY_TOKEN = /^\s*["']?(npmAuthToken|npmAuthIdent)["']?\s*:/;
const ALWAYS_AUTH = /^\s*["']?npmAlwaysAuth["']?\s*:/;

/** @param {string[]} lines @param {string[]} leftOut */
function withoutTokens(lines, leftOut) {
  const kept = lines.filter((line) => !TOKEN_IN_VARIABLE.test(line));
  if (kept.length < lines.length) leftOut.push('a token in a variable');
  if (kept.some((line) => ANY_TOKEN.test(line)) || !kept.some((line) => ALWAYS_AUTH.test(line))) return kept;
  leftOut.push('npmAlwaysAuth');
  return kept.filter((line) => !ALWAYS_AUTH.test(line));
}

/** @param {string} text @returns {Change} */
function yarnrcYml(text) {
  const kept = [];
  /** @type {string[]} */
  const leftOut = [];
  let skipping = false;
  for (const line of text.replace(/^\uFEFF/, '').split(/\r?\n/)) {
    const key = TOP_LEVEL_KEY.exec(line)?.[2];
    const isPlain = key !== undefined || /^(\s|#|-\s|---\s*$|$)/.test(line);
    // A mapping in braces, an anchor, a tag: YAML that could hold anything.
    if (!isPlain) return { text: '', leftOut: ['everything (it is not written in lines of `key: value`)'] };
    if (key !== undefined) {
      skipping = LEFT_OUT_YARN_4.includes(key);
      if (skipping) leftOut.push(key);
    }
    if (!skipping) kept.push(line);
  }
  const lines = withoutTokens(kept, leftOut);
  return { text: lines.join('\n'), leftOut };
}

/**
 * `dependenciesMeta: {x: {built: false}}` keeps the scripts of x from running.
 * @param {string} text @returns {Change}
 */
function manifest(text) {
  /** @type {{dependenciesMeta?: Record<string, {built?: unknown} | null>}} */
  const parsed = JSON.parse(text.replace(/^\uFEFF/, ''));
  const leftOut = [];
  for (const [name, meta] of Object.entries(parsed.dependenciesMeta ?? {})) {
    if (meta?.built !== false) continue;
    delete meta.built;
    leftOut.push(`dependenciesMeta ${name.slice(0, 100)} built: false`);
  }
  return { text: JSON.stringify(parsed, null, 2), leftOut };
}

edit('.yarnrc', yarnrc);
edit('.yarnrc.yml', yarnrcYml);
edit('package.json', manifest);
