#!/usr/bin/env node
import { ClientConfigError } from '../app/client-config.js';
import { ConfigError } from '../app/config.js';
import { COMMANDS } from './commands.js';
import { UsageError } from './usage.js';

/** Exit codes: 0 done, 1 what was asked about is not in order, 2 wrong usage or a fault of the service. */
async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS[name];
  if (command === undefined) throw new UsageError(`there is no command '${name}'`, 'packwarden --help');
  return command.run(rest);
}

function overview(): string {
  const width = Math.max(...Object.keys(COMMANDS).map((name) => name.length));
  const lines = Object.entries(COMMANDS).map(([name, { summary }]) => `  ${name.padEnd(width)}  ${summary}`);
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

// `packwarden rules list | head` wants no more: that is no fault of anybody's. Messages that nobody reads end nothing.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});
process.stderr.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`packwarden: ${explain(error)}\n`);
  process.exitCode = 2;
}
