import { type Command, UsageError } from '../usage.js';
import { fields } from './fields.js';
import { type Io, STANDARD_IO } from './io.js';
import { lint } from './lint.js';
import { list } from './list.js';
import { show } from './show.js';
import { tryEvents } from './try-events.js';

const HELP = `Usage: packwarden rules COMMAND

  lint FILE… [--format json]             errors and warnings with their places; exit code 1 when there is an error
       [--engine VERSION]                also what a Falco of that rules engine would not take (0.46: Falco 0.40; 0.62: 0.44)
  list [FILE…] [--tag TAG] [--priority P] the rules, P and more severe
  show RULE [FILE…]                      one rule with its macros, lists and exceptions resolved
  test [FILE…] --events EVENTS.jsonl     which rules hold for recorded events, with their output
       [--matching first|all] [-D TEXT] [-T TAG] [-t TAG] [--minimum-priority P]
  fields [TEXT] [--filled|--unfilled]    the fields rules may use, and which of them the sensor fills

FILE may be a folder: its .yaml and .yml files, sorted by name. Without a FILE, Packwarden's own rules. --format json works everywhere.
An event is a JSON object with Falco's field names as keys: {"evt.type": "openat", "fd.name": "/etc/shadow"}.
`;

const COMMANDS = { lint, list, show, test: tryEvents, fields } as const;

/** `packwarden rules …`. Resolves with the exit code. @throws UsageError, RuleSetError for files that can't be used */
export async function runRules(argv: readonly string[], io: Io = STANDARD_IO): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || rest.includes('--help')) {
    io.out(HELP);
    return name === undefined ? 2 : 0;
  }
  if (!Object.hasOwn(COMMANDS, name)) {
    throw new UsageError(`there is no command 'rules ${name}'`, 'packwarden rules --help');
  }
  return COMMANDS[name as keyof typeof COMMANDS](rest, io);
}

/** For the table of commands. */
export const rules: Command = {
  run: (argv) => runRules(argv),
};
