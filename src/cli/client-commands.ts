import { type ListedCommand, lazy } from './listed-command.js';

/** What is asked of a service that runs elsewhere: all that the command line which a service hands out (`/cli.tgz`) can do. */
export const CLIENT_COMMANDS = {
  analyze: lazy(
    "have a project's dependencies detonated by a service, and print the report",
    async () => (await import('./analyze/command.js')).analyze,
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
} as const satisfies Readonly<Record<string, ListedCommand>>;
