import type { ProcessStart } from '../../attribution/processes/process-tree.js';

const GIT = '/usr/bin/git';
/** Git's own options before the command that take the next word as their value. */
const TAKES_VALUE: ReadonlySet<string> = new Set(['-C', '--git-dir', '--work-tree', '--namespace']);
const GITS_OWN = /^(?:--git-dir=.*|--work-tree=.*|--no-pager|--bare|--no-optional-locks|--literal-pathspecs)$/;
/** Options between `config` and the key that do not turn a question into a change. */
const OF_CONFIG =
  /^--(?:local|global|system|worktree|includes|no-includes|null|show-origin|show-scope|type=\w+|bool|int|path)$|^-z$/;
const LISTS = /^(?:--list|-l|list)$/;
const ASKS = /^--get(?:-all|-regexp)?$/;

type GitProgram = Pick<ProcessStart, 'exepath' | 'cmdline' | 'loads' | 'argumentCount'>;

/**
 * Whether a process is the image's git and only reads one setting: `git -C PLACE config --local --get KEY`,
 * `git config --global KEY`. Falco joins the words of a command line with spaces, so its rule can't tell whether a word is part of
 * a folder's name or a new value; here the number of arguments is known. With an unknown option, the command does not count as a
 * question.
 */
export function asksOneSetting(program: GitProgram): boolean {
  const words = wordsOfConfig(program);
  if (words === undefined) return false;
  const isAsked = ASKS.test(words[0] ?? '') || words[0] === 'get';
  const keys = isAsked ? words.slice(1) : words;
  return keys.length === 1 && !(keys[0] ?? '-').startsWith('-');
}

/** Whether a process is the image's git and only lists the settings: `git config --global --list`. */
export function listsSettings(program: GitProgram): boolean {
  const words = wordsOfConfig(program);
  return words?.length === 1 && LISTS.test(words[0] ?? '');
}

/** The words after `config`, without harmless options; undefined if it is not the image's git or the command line is ambiguous. */
function wordsOfConfig({ exepath, cmdline, loads, argumentCount }: GitProgram): readonly string[] | undefined {
  const [, ...words] = cmdline.split(' ');
  if (exepath !== GIT || loads !== null || argumentCount !== words.length) return undefined;
  let at = 0;
  while (at < words.length && words[at] !== 'config') {
    const word = words[at] ?? '';
    if (!TAKES_VALUE.has(word) && !GITS_OWN.test(word)) return undefined;
    at += TAKES_VALUE.has(word) ? 2 : 1;
  }
  return words.slice(at + 1).filter((word) => !OF_CONFIG.test(word));
}
