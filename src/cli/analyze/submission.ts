import { existsSync, statSync } from 'node:fs';
import { basename } from 'node:path';
import type { ClientConfig } from '../../app/config/client-config.js';
import type { Ecosystem } from '../../jobs/job.js';
import { UsageError } from '../frame/usage.js';
import { relativeTo } from '../pack/project-files.js';
import { lockFileIn, managerFor, selectProject } from '../pack/select.js';
import type { Selection } from '../pack/selection.js';
import { existingTarball, packSelection, type Tarball } from '../pack/tarball.js';
import { type AnalyzeOptions, HELP_COMMAND } from './options.js';

/** What will be sent: the packed files of a project, or an existing tarball, unchanged. */
export type Submission =
  | {
      readonly kind: 'project';
      readonly ecosystem: Ecosystem;
      /** Why this package manager was chosen; null when `--manager` named it. */
      readonly reason: string | null;
      readonly selection: Selection;
      readonly lockFile: string;
      /** The project's folder within the CI job's checkout; null at the checkout's root, and outside of CI. */
      readonly folder: string | null;
    }
  | { readonly kind: 'tarball'; readonly ecosystem: Ecosystem; readonly path: string };

/** @throws UsageError */
export function chooseSubmission(options: AnalyzeOptions, config: ClientConfig): Submission {
  const { target } = options;
  if (!existsSync(target)) throw new UsageError(`${target} does not exist`, HELP_COMMAND);
  if (!statSync(target).isDirectory()) {
    if (options.include.length > 0)
      throw new UsageError('--include works with a folder, not with a tarball', HELP_COMMAND);
    return { kind: 'tarball', ecosystem: options.manager ?? 'auto', path: target };
  }
  const { manager, reason } = managerFor(target, options.manager);
  const selection = selectProject(target, manager, options.include, options.run);
  const lockFile = lockFileIn(selection, manager);
  const base = config.projectDir ?? process.cwd();
  const folder = config.projectDir === undefined ? null : relativeTo(config.projectDir, selection.project.root);
  return {
    kind: 'project',
    ecosystem: options.manager ?? manager.name,
    reason: options.manager === null ? reason : null,
    selection,
    lockFile: relativeTo(base, `${selection.project.root}/${lockFile}`) ?? basename(lockFile),
    folder: folder === '' ? null : folder,
  };
}

export function pack(submission: Submission): Promise<Tarball> {
  return submission.kind === 'project' ? packSelection(submission.selection) : existingTarball(submission.path);
}
