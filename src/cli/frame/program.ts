import { ClientConfigError } from '../../app/config/client-config.js';
import { ConfigError } from '../../app/config/config.js';
import { messageOf } from '../../errors/message.js';
import type { ListedCommand } from './listed-command.js';
import { UsageError } from './usage.js';

type Commands = Readonly<Record<string, ListedCommand>>;

/** Runs the command that the process's arguments name, and sets the exit code: 0 success, 1 the command found a problem, 2 wrong usage or the service failed. */
export async function runProgram(commands: Commands): Promise<void> {
  // With `packwarden rules list | head` the reader closes the pipe early: that is no error. Nor is a closed standard error.
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
  if (command === undefined) throw new UsageError(`unknown command '${name}'`, 'packwarden --help');
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
  return messageOf(error);
}
