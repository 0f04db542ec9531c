import type { Command } from './usage.js';

/** A command with its line in the overview. */
export interface ListedCommand extends Command {
  readonly summary: string;
}

/** A command whose code is loaded when it is wanted: a CI job need not wait for what a service consists of. */
export function lazy(summary: string, load: () => Promise<Command>): ListedCommand {
  return { summary, run: async (argv) => (await load()).run(argv) };
}
