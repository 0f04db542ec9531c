import { type ListedCommand, lazy } from './frame/listed-command.js';

/** The commands that talk to a service elsewhere: all commands of the client that a service offers for download (`/cli.tgz`). */
export const CLIENT_COMMANDS = {
  analyze: lazy(
    "submit a project's dependencies to a service for detonation, and print the report",
    async () => (await import('./analyze/command.js')).analyze,
  ),
  behaviours: lazy(
    "measure the behaviour of a list of packages, as a service's data on what is common",
    async () => (await import('./behaviours/command.js')).behaviours,
  ),
  'allow-scripts': lazy(
    "print a report's allow list of install scripts in the package manager's own format",
    async () => (await import('./reports/allow-scripts.js')).allowScripts,
  ),
  'egress-policy': lazy(
    'print the hosts that a run needed as an allow list: for the service, a proxy, Cilium, Kubernetes',
    async () => (await import('./reports/egress-policy.js')).egressPolicy,
  ),
} as const satisfies Readonly<Record<string, ListedCommand>>;
