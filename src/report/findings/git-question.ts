import type { ProcessStart } from '../attribution/process-tree.js';

const GIT = '/usr/bin/git';
/** Git's own options before the command, of which the next word is the value. */
const TAKES_VALUE: ReadonlySet<string> = new Set(['-C', '--git-dir', '--work-tree', '--namespace']);
const GITS_OWN = /^(?:--git-dir=.*|--work-tree=.*|--no-pager|--bare|--no-optional-locks|--literal-pathspecs)$/;
/** What may stand between `config` and the key and changes nothing about asking. */
const OF_CONFIG =
  /^--(?:local|global|system|worktree|includes|no-includes|null|show-origin|show-scope|type=\w+|bool|int|path)$|^-z$/;
const ASKS = /^--get(?:-all|-regexp)?$/;

/**
 * Whether a process is the image's git that was asked for one setting and told to change none: `git -C PLACE config --local --get KEY`,
 * `git config --global KEY`. Falco joins the words of a command line with blanks, so its rule can't tell a folder's name from a value: here the
 * number of words is known. An option that is not known is no question.
 */
export function asksOneSetting({
  exepath,
  cmdline,
  loads,
  argumentCount,
}: Pick<ProcessStart, 'exepath' | 'cmdline' | 'loads' | 'argumentCount'>): boolean {
  const [, ...words] = cmdline.split(' ');
  if (exepath !== GIT || loads !== null || argumentCount !== words.length) return false;
  let at = 0;
  while (at < words.length && words[at] !== 'config') {
    const word = words[at] ?? '';
    if (!TAKES_VALUE.has(word) && !GITS_OWN.test(word)) return false;
    at += TAKES_VALUE.has(word) ? 2 : 1;
  }
  const rest = words.slice(at + 1).filter((word) => !OF_CONFIG.test(word));
  const isAsked = ASKS.test(rest[0] ?? '') || rest[0] === 'get';
  const keys = isAsked ? rest.slice(1) : rest;
  return keys.length === 1 && !(keys[0] ?? '-').startsWith('-');
}
