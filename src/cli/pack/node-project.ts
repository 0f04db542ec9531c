import { posix } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { z } from 'zod';
import { plain } from '../../report/plain.js';
import { UsageError } from '../usage.js';
import {
  binFilesOf,
  localPathOf,
  type NodeManifest,
  parseManifest,
  patchFilesOf,
  scriptsThatNeedSources,
  specsOf,
} from './node-manifest.js';
import type { Selection } from './selection.js';

/** Files and folders of the root that package managers read, beside the manifest. */
const SHARED = ['.npmrc', '.nvmrc', '.node-version', 'patches'];
const YARN = ['yarn.lock', '.yarnrc', '.yarnrc.yml', '.yarn/patches', '.yarn/releases', '.yarn/plugins'];
const PNPM = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.pnpmfile.cjs'];

/** What an install needs of a project of npm, yarn or pnpm. */
export const NODE_FILES = {
  npm: [...SHARED, 'package-lock.json', 'npm-shrinkwrap.json'],
  yarn: [...SHARED, ...YARN],
  pnpm: [...SHARED, ...PNPM],
} as const satisfies Record<string, readonly string[]>;

const pnpmWorkspaceSchema = z.object({
  packages: z.array(z.string()).catch([]),
  patchedDependencies: z.record(z.string(), z.string()).catch({}),
  overrides: z.record(z.string(), z.unknown()).catch({}),
});

/** Selects what the install of a Node project needs: no more, unless its own scripts may read any of its files. */
export function selectNodeProject(selection: Selection, files: readonly string[]): void {
  const { project } = selection;
  if (!project.has('package.json'))
    throw new UsageError(`no package.json in ${project.root}`, 'packwarden analyze --help');
  selection.addAll(['package.json', ...files]);
  const visit = new Visit(selection);
  visit.package('.');
  for (const folder of workspacesOf(selection, visit)) visit.package(folder);
  if (visit.needsSources.length === 0) return;
  selection.note(`packs the whole project, because its own scripts run on install: ${visit.needsSources.join('; ')}`);
  selection.addAll(project.all());
}

/** Goes through manifests; each adds the local files that it names. */
class Visit {
  readonly #selection: Selection;
  readonly #seen = new Set<string>();
  /** Why the sources of the project itself are needed. */
  readonly needsSources: string[] = [];

  constructor(selection: Selection) {
    this.#selection = selection;
  }

  /** The manifest of the project or of a workspace. */
  package(folder: string): void {
    const manifest = this.#manifest(folder);
    if (manifest === undefined) return;
    const scripts = scriptsThatNeedSources(manifest).map((script) => plain(script));
    this.needsSources.push(...scripts.map((script) => (folder === '.' ? script : `${folder}: ${script}`)));
    if (this.#selection.project.has(posix.join(folder, 'binding.gyp'))) {
      this.needsSources.push(`${posix.join(folder, 'binding.gyp')}: node-gyp rebuild`);
    }
    for (const bin of binFilesOf(manifest)) this.local(folder, bin);
  }

  /** A file or folder that a file of `folder` names; a folder is packed whole, with what its manifest names. */
  local(folder: string, path: string): void {
    const { project } = this.#selection;
    const found = project.resolve(folder, path);
    if (found === null) {
      throw new UsageError(
        `${posix.join(folder, 'package.json')} names ${plain(path)}, which lies outside of ${project.root}: it can't be packed`,
        'packwarden analyze --help',
      );
    }
    if (!project.has(found)) this.#selection.note(`${plain(found)} is named in a manifest, but does not exist`);
    if (found === '.') return;
    this.#selection.add(found);
    if (project.isFolder(found)) this.#manifest(found);
  }

  #manifest(folder: string): NodeManifest | undefined {
    const path = posix.join(folder, 'package.json');
    if (this.#seen.has(folder) || !this.#selection.project.has(path)) return undefined;
    this.#seen.add(folder);
    this.#selection.add(path);
    const manifest = parseManifest(path, this.#selection.project.read(path));
    const named = specsOf(manifest).flatMap((spec) => localPathOf(spec) ?? []);
    for (const local of [...named, ...patchFilesOf(manifest)]) this.local(folder, local);
    return manifest;
  }
}

/** Folders of the workspaces: of `package.json`, and of `pnpm-workspace.yaml`. */
function workspacesOf(selection: Selection, visit: Visit): readonly string[] {
  const { project } = selection;
  const patterns = [...parseManifest('package.json', project.read('package.json')).workspaces];
  if (project.has('pnpm-workspace.yaml')) {
    const parsed = pnpmWorkspaceSchema.safeParse(parseYaml(project.read('pnpm-workspace.yaml')));
    if (parsed.success) {
      patterns.push(...parsed.data.packages);
      for (const patch of Object.values(parsed.data.patchedDependencies)) visit.local('.', patch);
      for (const spec of Object.values(parsed.data.overrides)) {
        const path = typeof spec === 'string' ? localPathOf(spec) : null;
        if (path !== null) visit.local('.', path);
      }
    }
  }
  const globs = patterns.map((pattern) => `${pattern.replace(/^(!?)\.\//, '$1').replace(/\/+$/, '')}/package.json`);
  if (globs.length === 0) return [];
  return project.matching(globs).map((manifest) => posix.dirname(manifest));
}
