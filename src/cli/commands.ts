import { CLIENT_COMMANDS } from './client-commands.js';
import { type ListedCommand, lazy } from './frame/listed-command.js';

/** Every command of `packwarden`, by name. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  serve: lazy('run the service: API, worker, sensor', async () => (await import('./machine/serve.js')).serve),
  run: lazy(
    "detonate a project's dependencies on this machine, without a service that runs already",
    async () => (await import('./run/command.js')).run,
  ),
  ...CLIENT_COMMANDS,
  demo: lazy(
    'detonate the sample project falco-test/ and print its report',
    async () => (await import('./machine/demo.js')).demo,
  ),
  rules: lazy(
    'work with rule files: lint, list, show, test, fields',
    async () => (await import('./rules/command.js')).rules,
  ),
  doctor: lazy(
    'check what a service needs on this machine, and say how to fix what is missing',
    async () => (await import('./machine/doctor.js')).doctor,
  ),
  config: lazy(
    'print the effective configuration with secrets masked',
    async () => (await import('./machine/config.js')).config,
  ),
  credentials: lazy(
    'create a bearer token, a user with a password, or a token for GitLab',
    async () => (await import('./machine/credentials.js')).credentials,
  ),
};
