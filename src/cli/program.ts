import { ClientConfigError } from '../app/config/client-config.js';
import { ConfigError } from '../app/config/config.js';
import type { ListedCommand } from './listed-command.js';
import { UsageError } from './usage.js';

type Commands = Readonly<Record<string, ListedCommand>>;

/** Runs one of `commands` as the process's arguments say, and sets its exit code: 0 done, 1 what was asked about is not in order, 2 wrong usage or a fault of the service. */
export async function runProgram(commands: Commands): Promise<void> {
  // `packwarden rules list | head` wants no more: that is no fault of anybody's. Messages that nobody reads end nothing.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  try {
    process.exitCode = await runCommand(commands, process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`packwarden: ${explain(error)}\n`);
    process.exitCode = 2;
  }
}

async function runCommand(commands: Commands, argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview(commands));
    return name === undefined ? 2 : 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new UsageError(`there is no command '${name}'`, 'packwarden --help');
  return command.run(rest);
}

function overview(commands: Commands): string {
  const width = Math.max(...Object.keys(commands).map((name) => name.length));
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
  return `Packwarden installs a project's dependencies in a watched container and reports which package did what.

Usage: packwarden COMMAND [OPTIONS]     (each command has --help)

${lines.join('\n')}
`;
}

function explain(error: unknown): string {
  if (error instanceof UsageError) return `${error.message}\nSee: ${error.help}`;
  if (error instanceof ClientConfigError) return `${error.message}\nSee: packwarden analyze --help`;
  if (error instanceof ConfigError) return `${error.message}\nSee: packwarden config --help`;
  return error instanceof Error ? error.message : String(error);
}
