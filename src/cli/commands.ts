import type { Command } from './usage.js';

/** A command with its line in the overview. */
interface ListedCommand extends Command {
  readonly summary: string;
}

/** A command whose code is loaded when it is wanted: a CI job need not wait for what a service consists of. */
function lazy(summary: string, load: () => Promise<Command>): ListedCommand {
  return { summary, run: async (argv) => (await load()).run(argv) };
}

/** Every command of `packwarden`, by name. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  serve: lazy('run the service: API, worker, sensor', async () => (await import('./serve.js')).serve),
  analyze: lazy(
    "have a project's dependencies detonated by a service, and print the report",
    async () => (await import('./analyze/command.js')).analyze,
  ),
  demo: lazy(
    'detonate the sample project falco-test/ and print its report',
    async () => (await import('./demo.js')).demo,
  ),
  rules: lazy(
    'check, list, show and try rule files: lint, list, show, test, fields',
    async () => (await import('./rules/command.js')).rules,
  ),
  behaviours: lazy(
    'measure what a list of packages does, as data for a service',
    async () => (await import('./behaviours/command.js')).behaviours,
  ),
  'allow-scripts': lazy(
    "write a report's decision about install scripts in the package manager's own form",
    async () => (await import('./allow-scripts.js')).allowScripts,
  ),
  'egress-policy': lazy(
    'write the hosts that a run needed as an allow list: for the service, a proxy, Cilium, Kubernetes',
    async () => (await import('./egress-policy.js')).egressPolicy,
  ),
  config: lazy('print the effective configuration, secrets masked', async () => (await import('./config.js')).config),
  credentials: lazy(
    'make a bearer token or a basic user, hashed',
    async () => (await import('./credentials.js')).credentials,
  ),
};
