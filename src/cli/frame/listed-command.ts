import type { Command } from './usage.js';

/** A command with its line in the overview. */
export interface ListedCommand extends Command {
  readonly summary: string;
}

/** A command whose code is loaded only when it runs: a CI job that calls `analyze` should not wait for the service's code to load. */
export function lazy(summary: string, load: () => Promise<Command>): ListedCommand {
  return { summary, run: async (argv) => (await load()).run(argv) };
}
