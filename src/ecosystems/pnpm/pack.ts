import { parse } from 'yaml';
import { z } from 'zod';
import { type NodeFiles, packNodeProject } from '../node/node-packing.js';
import { npmrcSetting } from '../node/npmrc.js';
import { localPathOf, textsIn } from '../node/package-json.js';
import type { Packing, ProjectView } from '../recognition/packing.js';

const SETTINGS = 'pnpm-workspace.yaml';

/** Hooks of the project that pnpm runs in its own process during resolution; if both exist it uses the module. */
export const PNPMFILES = ['.pnpmfile.mjs', '.pnpmfile.cjs'] as const;

const schema = z.object({
  packages: z.array(z.string()).catch([]),
  patchedDependencies: z.record(z.string(), z.unknown()).catch({}),
  overrides: z.record(z.string(), z.unknown()).catch({}),
  pnpmfile: z
    .union([z.string().transform((path) => [path]), z.array(z.string())])
    .optional()
    .catch(undefined),
});

const FILES: NodeFiles = {
  root: [SETTINGS, ...PNPMFILES],
  lockFiles: ['pnpm-lock.yaml'],
  // With `sharedWorkspaceLockfile: false` each workspace has a lock file of its own; it may always have its own settings and hooks.
  workspace: ['pnpm-lock.yaml', '.npmrc', ...PNPMFILES],
  workspaces: (project) => settingsOf(project).packages,
  named(project) {
    const { patchedDependencies, overrides, pnpmfile = pnpmfileOf(project) } = settingsOf(project);
    const local = textsIn(overrides).flatMap((spec) => localPathOf(spec) ?? []);
    return [...textsIn(patchedDependencies), ...local, ...pnpmfile];
  },
};

/** What `pnpm install` needs. @throws PackingError */
export function pack(project: ProjectView): Packing {
  return packNodeProject(project, FILES);
}

function settingsOf(project: ProjectView): z.infer<typeof schema> {
  const text = project.has(SETTINGS) ? project.read(SETTINGS) : '';
  return schema.catch(schema.parse({})).parse(parsed(text));
}

/** Invalid YAML is ignored here, since pnpm itself will refuse it. */
function parsed(text: string): unknown {
  try {
    return parse(text) ?? {};
  } catch {
    return {};
  }
}

/** Before version 11 the hooks' file was configured in `.npmrc`. */
function pnpmfileOf(project: ProjectView): readonly string[] {
  const named = project.has('.npmrc') ? npmrcSetting(project.read('.npmrc'), 'pnpmfile') : undefined;
  return named === undefined ? [] : [named];
}
