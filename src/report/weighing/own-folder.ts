import { MANAGER_NAMES } from '../../ecosystems/names.js';
import { HOME } from '../../ecosystems/places.js';

/** Folders in HOME where each program has a folder of its own (XDG base directories), and HOME itself, where the name begins with a dot. */
const FOLDERS = ['.config/', '.cache/', '.local/share/', '.local/state/', ''].map((folder) => `${HOME}/${folder}`);
/**
 * Where the library configstore keeps a file for each program: `firebase-tools.json`, `@scope/tool.json`, with `update-notifier-` before
 * the name what update-notifier keeps. A bundled copy of it writes there in its owner's name. While writing, a number follows.
 */
const CONFIGSTORE = new RegExp(
  `^${HOME}/\\.config/configstore/(?:update-notifier-)?([^/]+|@[^/]+/[^/]+)\\.json(?:\\.\\d+|\\.tmp-\\d+)?$`,
);
/** A shorter name proves nothing if another name merely begins with it. */
const MIN_PREFIX = 4;
/** Words that do not identify a program. */
const GENERIC: ReadonlySet<string> = new Set([
  'cli',
  'core',
  'node',
  'config',
  'cache',
  'tool',
  'tools',
  'linux',
  'local',
  'share',
  'state',
  'bin',
  'js',
  'sdk',
  'app',
  'plugin',
  'plugins',
  'lib',
  'types',
]);
/**
 * Programs whose folders in HOME contain code that they run, or credentials. Even if a package has such a name, the folder is not its own.
 */
const OF_OTHERS: ReadonlySet<string> = new Set<string>([
  ...MANAGER_NAMES,
  'docker',
  'kube',
  'ssh',
  'gnupg',
  'aws',
  'azure',
  'gcloud',
  'git',
  'vscode',
  'cursor',
  'claude',
  'codex',
  'gemini',
  'corepack',
  'nvm',
  'cargo',
  'rustup',
  'bash',
  'zsh',
  'fish',
  'profile',
  'systemd',
  'autostart',
  'mozilla',
  'chrome',
  'python',
  'pip',
  'ruby',
  'gem',
  'bundle',
  'terraform',
  'gradle',
  'maven',
  'm2',
]);

/**
 * Whether a file is in a folder of HOME with the name of the package (`~/.config/netlify/…` for `netlify-cli`, `~/.ngrok/…` for `ngrok`), or
 * the file that configstore keeps for it.
 * Programs keep their settings there, and other programs do not look there.
 * @param names of the package, and of the package that ran it
 * @param others names of all installed packages: if one of them has exactly that name, the folder belongs to it
 */
export function isOwnFolder(path: string, names: readonly string[], others: ReadonlySet<string>): boolean {
  const kept = CONFIGSTORE.exec(path)?.[1];
  if (kept !== undefined && names.includes(kept)) return true;
  const folder = FOLDERS.find((candidate) => path.startsWith(candidate));
  if (folder === undefined || path.includes('/../')) return false;
  const [first = '', ...rest] = path.slice(folder.length).split('/');
  // In HOME itself only folders count, and only those whose name begins with a dot: single files there are read by shells and tools.
  if (rest.length === 0 || (folder === `${HOME}/` && !first.startsWith('.'))) return false;
  const name = first.replace(/^\./, '');
  if (others.has(name) && !names.includes(name)) return false;
  if (wordsOf(first).some((word) => OF_OTHERS.has(word))) return false;
  return isNamedAfter(first, names);
}

/** Whether the name of a folder has a distinctive word in common with one of these names. */
export function isNamedAfter(folder: string, names: readonly string[]): boolean {
  const theirs = names.flatMap(wordsOf).filter((word) => !GENERIC.has(word));
  return wordsOf(folder).some((word) => theirs.some((name) => isAlike(word, name)));
}

function wordsOf(name: string): readonly string[] {
  return name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

function isAlike(word: string, name: string): boolean {
  if (word === name) return true;
  const [short, long] = word.length < name.length ? [word, name] : [name, word];
  return short.length >= MIN_PREFIX && long.startsWith(short);
}
