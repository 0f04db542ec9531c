import { bun } from './bun/bun.js';
import { bundler } from './bundler/bundler.js';
import type { PackageManager } from './manager.js';
import type { ManagerName } from './names.js';
import { FILES_WITH_VARIABLES } from './node/settings.js';
import { npm } from './npm/npm.js';
import { pnpm9, pnpm10, pnpm12 } from './pnpm/pnpm.js';
import { yarn3, yarn4 } from './yarn-berry/yarn-berry.js';
import { yarnClassic } from './yarn-classic/yarn-classic.js';

/**
 * Every supported package manager, the default first. If a manager has several editions, the first that suits a project is used, otherwise
 * the last.
 */
export const MANAGERS: readonly [PackageManager, ...PackageManager[]] = [
  npm,
  pnpm12,
  pnpm10,
  pnpm9,
  yarn4,
  yarn3,
  yarnClassic,
  bun,
  bundler,
];

/** The editions of one manager. @throws RangeError for an unknown name */
export function managersNamed(name: ManagerName): readonly [PackageManager, ...PackageManager[]] {
  const [first, ...more] = MANAGERS.filter((manager) => manager.name === name);
  if (first === undefined) throw new RangeError(`no package manager ${name}`);
  return [first, ...more];
}

/** Lock files of other languages' managers and of unsupported managers, with their owners. */
export const UNSUPPORTED_LOCKS: Readonly<Record<string, string>> = {
  'bun.lockb': 'bun before 1.2',
  'deno.lock': 'deno',
  'vlt-lock.json': 'vlt',
  'uv.lock': 'uv',
  'poetry.lock': 'poetry',
  'Pipfile.lock': 'pipenv',
  'pdm.lock': 'pdm',
  'Cargo.lock': 'cargo',
  'composer.lock': 'composer',
  'go.sum': 'go',
  'Gemfile.lock': 'bundler',
  'gems.locked': 'bundler',
};

/** The files of a project in which a manager replaces `${VARIABLES}`. */
export function filesWithVariables(): readonly string[] {
  return FILES_WITH_VARIABLES;
}

/** The files and folders in a project's root that identify its package manager or the manager's version. */
export function identifyingFiles(): readonly string[] {
  const all = MANAGERS.flatMap(({ recognition: { manifests, lockFiles, settingsFiles, otherFiles } }) => [
    ...manifests,
    ...lockFiles,
    ...settingsFiles,
    ...otherFiles,
  ]);
  return [...new Set([...all, ...Object.keys(UNSUPPORTED_LOCKS)])];
}
