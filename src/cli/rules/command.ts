import { type Command, UsageError } from '../frame/usage.js';
import { fields } from './fields.js';
import { type Io, STANDARD_IO } from './io.js';
import { lint } from './lint.js';
import { list } from './list.js';
import { show } from './show.js';
import { tryEvents } from './try-events.js';

const HELP = `Usage: packwarden rules COMMAND

  lint FILE…                             print errors and warnings with their locations; exit code 1 if there is an error
       [--engine VERSION]                also report what a Falco with that rules engine rejects (0.46: Falco 0.40; 0.62: 0.44)
  list [FILE…]                           list the rules
       [--tag TAG] [--priority P]        only those with this tag; of priority P or more severe
  show RULE [FILE…]                      print one rule with its macros, lists and exceptions resolved
  test [FILE…] --events EVENTS.jsonl     print which rules match recorded events, with their output
       [--matching first|all]            only the first rule that matches an event, or all of them (default)
       [-D TEXT] [-T TAG] [-t TAG]       without rules whose name contains TEXT; without a tag; only with a tag
       [--minimum-priority P]            only rules of priority P or more severe
  fields [TEXT] [--filled|--unfilled]    list the fields rules may use (names that contain TEXT), and which the sensor fills

FILE may be a folder: its .yaml and .yml files are read, sorted by name. Without FILE, Packwarden's own rules are used.
Every command has --format json.
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
    throw new UsageError(`unknown command 'rules ${name}'`, 'packwarden rules --help');
  }
  return COMMANDS[name as keyof typeof COMMANDS](rest, io);
}

export const rules: Command = {
  run: (argv) => runRules(argv),
};
