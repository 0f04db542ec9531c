import { MANAGER_NAMES } from '../../ecosystems/names.js';
import { HOME } from '../../ecosystems/places.js';

/** Folders of HOME in which each program has one of its own (XDG base directories), and HOME itself, with a dot before. */
const FOLDERS = ['.config/', '.cache/', '.local/share/', '.local/state/', ''].map((folder) => `${HOME}/${folder}`);
/** A name that is shorter says nothing when another one begins with it. */
const MIN_PREFIX = 4;
/** Words that are no program's own name. */
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
/** Programs whose folders in HOME hold what they run, or credentials: named like a package, they are still somebody else's. */
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
 * Whether a file lies in a folder of HOME that is named as a package is: `~/.config/netlify/…` for `netlify-cli`, `~/.ngrok/…` for
 * `ngrok`. Each program keeps its settings there, and nobody else looks. `names`: of the package, and of who had it run; `others`: of all
 * that is installed: where one of them has just that name, the folder is that one's.
 */
export function isOwnFolder(path: string, names: readonly string[], others: ReadonlySet<string>): boolean {
  const folder = FOLDERS.find((candidate) => path.startsWith(candidate));
  if (folder === undefined || path.includes('/../')) return false;
  const [first = '', ...rest] = path.slice(folder.length).split('/');
  // In HOME itself a folder alone, and one with a dot: a file there is what shells and tools read.
  if (rest.length === 0 || (folder === `${HOME}/` && !first.startsWith('.'))) return false;
  const name = first.replace(/^\./, '');
  if (others.has(name) && !names.includes(name)) return false;
  if (wordsOf(first).some((word) => OF_OTHERS.has(word))) return false;
  return isNamedAfter(first, names);
}

/** Whether a folder's name has a telling word in common with one of these. */
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
