// Reads yarn 1's yarn.lock, which looks like YAML but is not: entries `PATTERN, PATTERN:`, two spaces before `KEY VALUE`, four
// before what a key without a value holds (https://classic.yarnpkg.com/lang/en/docs/yarn-lock/).

/**
 * @typedef {object} LockEntry
 * @property {Map<string, string>} fields `version`, `resolved`, `integrity`
 * @property {string[]} dependencies patterns, e.g. `is-number@^6.0.0`
 * @property {string[]} optionalDependencies
 */

/**
 * The entries by their patterns; those of one entry share it.
 * @param {string} text @returns {Map<string, LockEntry>}
 */
export function readYarnLock(text) {
  /** @type {Map<string, LockEntry>} */
  const entries = new Map();
  let entry = newEntry();
  /** @type {string[]} */
  let section = [];
  for (const line of text.split(/\r?\n/)) {
    const [, indent = '', rest = ''] = /^( *)(.*)$/.exec(line) ?? [];
    if (rest === '' || rest.startsWith('#')) continue;
    const words = wordsOf(rest);
    const [first = '', second = ''] = words;
    if (indent.length === 0) {
      entry = newEntry();
      for (const pattern of words) entries.set(pattern, entry);
    } else if (indent.length > 2) {
      section.push(`${first}@${second}`);
    } else if (rest.endsWith(':')) {
      section = sectionOf(entry, first);
    } else {
      entry.fields.set(first, second);
    }
  }
  return entries;
}

/** @returns {LockEntry} */
function newEntry() {
  return { fields: new Map(), dependencies: [], optionalDependencies: [] };
}

/** @param {LockEntry} entry @param {string} name */
function sectionOf(entry, name) {
  if (name === 'dependencies') return entry.dependencies;
  return name === 'optionalDependencies' ? entry.optionalDependencies : [];
}

/**
 * The words of a line, those with unusual characters in quotes; without the colon behind them.
 * @param {string} line
 */
function wordsOf(line) {
  const words = line.match(/"(?:[^"\\]|\\.)*"|[^\s,"]+/g) ?? [];
  return words
    .filter((word) => word !== ':')
    .map((word) => (word.startsWith('"') ? unquoted(word) : word.replace(/:$/, '')));
}

/** @param {string} word */
function unquoted(word) {
  try {
    return String(JSON.parse(word));
  } catch {
    return word;
  }
}
