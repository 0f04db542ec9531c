import { posix } from 'node:path';
import { type Packing, PackingError, type ProjectView } from '../recognition/packing.js';
import {
  binFilesOf,
  localPathOf,
  type NodeManifest,
  parseManifest,
  patchFilesOf,
  scriptsThatNeedSources,
  specsOf,
  tarballsNamedIn,
} from './package-json.js';

/** Files and folders of the root that every node_modules manager, or a script of the project, reads. */
const SHARED = ['.npmrc', '.nvmrc', '.node-version', 'patches'];

/** The files that one node_modules manager reads, in addition to manifests and the files that these name. */
export interface NodeFiles {
  /** Files and folders of the root, without lock files. */
  readonly root: readonly string[];
  /** Lock files of the root. */
  readonly lockFiles: readonly string[];
  /** Files that it also reads in the folder of each workspace. */
  readonly workspace?: readonly string[];
  /** Where the workspaces' manifests may be. @defaultValue the manifest's `workspaces` */
  workspaces?(project: ProjectView, manifest: NodeManifest): readonly string[];
  /** Local packages and patches that the root's settings name. */
  named?(project: ProjectView): readonly string[];
  /** Folders of packages that are part of the project, as named in its settings. */
  broughtAlong?(project: ProjectView, manifest: NodeManifest): readonly string[];
}

/**
 * The files that the install of a Node project needs, and no others, unless the project's scripts may read any of its files.
 *
 * @throws PackingError
 */
export function packNodeProject(project: ProjectView, files: NodeFiles): Packing {
  if (!project.has('package.json')) throw new PackingError('no-manifest', 'no package.json');
  const manifest = parseManifest('package.json', project.read('package.json'));
  const visit = new Visit(project);
  visit.paths.push(...SHARED, ...files.root);
  visit.package('.', files.lockFiles);
  for (const path of files.named?.(project) ?? []) visit.local('.', path);
  const patterns = files.workspaces?.(project, manifest) ?? manifest.workspaces;
  const beside = files.workspace ?? [];
  const isOutside = (pattern: string): boolean => project.resolve('.', pattern.replace(/^!/, '')) === null;
  for (const pattern of patterns.filter(isOutside)) {
    visit.notes.push(`workspaces ${pattern} lie outside of the project: they are not packed`);
  }
  const inside = patterns.filter((pattern) => !isOutside(pattern));
  for (const folder of workspaceFolders(project, inside)) visit.package(folder, beside);
  for (const path of files.broughtAlong?.(project, manifest) ?? []) visit.bringsAlong(path);
  const { paths, broughtAlong, notes, readingScripts } = visit;
  return { paths, broughtAlong, notes, readingScripts };
}

/** Visits manifests, and collects the local files that they name. */
class Visit {
  readonly paths: string[] = [];
  readonly broughtAlong: string[] = [];
  readonly notes: string[] = [];
  readonly readingScripts: string[] = [];
  readonly #project: ProjectView;
  readonly #seen = new Set<string>();

  constructor(project: ProjectView) {
    this.#project = project;
  }

  /** The manifest of the project or of a workspace, with files next to it; lock files among these may name further files. */
  package(folder: string, beside: readonly string[]): void {
    const manifest = this.#manifest(folder);
    if (manifest === undefined) return;
    for (const name of beside) this.#beside(folder, posix.join(folder, name));
    const scripts = scriptsThatNeedSources(manifest);
    this.readingScripts.push(...scripts.map((script) => (folder === '.' ? script : `${folder}: ${script}`)));
    const gyp = posix.join(folder, 'binding.gyp');
    if (this.#project.has(gyp)) this.readingScripts.push(`${gyp}: node-gyp rebuild`);
    for (const bin of binFilesOf(manifest)) this.local(folder, bin);
  }

  /** A file or folder named in a file of `folder`; a folder is packed completely, together with what its manifest names. */
  local(folder: string, path: string): void {
    const found = this.#project.resolve(folder, path);
    if (found === null) {
      const where = posix.join(folder, 'package.json');
      throw new PackingError(
        'outside',
        `${where} names ${path}, which lies outside of the project: it can't be packed`,
      );
    }
    if (!this.#project.has(found)) this.notes.push(`${found} is named in a manifest, but does not exist`);
    if (found === '.') return;
    this.paths.push(found);
    if (this.#project.isFolder(found)) this.#manifest(found);
  }

  /** A folder named in a file of the root. */
  bringsAlong(path: string): void {
    const found = this.#project.resolve('.', path);
    if (found === null) this.notes.push(`${path} lies outside of the project: its packages are not packed`);
    else if (found !== '.') this.broughtAlong.push(found);
  }

  #manifest(folder: string): NodeManifest | undefined {
    const path = posix.join(folder, 'package.json');
    if (this.#seen.has(folder) || !this.#project.has(path)) return undefined;
    this.#seen.add(folder);
    this.paths.push(path);
    const manifest = parseManifest(path, this.#project.read(path));
    const named = specsOf(manifest).flatMap((spec) => localPathOf(spec) ?? []);
    for (const local of [...named, ...patchFilesOf(manifest)]) this.local(folder, local);
    return manifest;
  }

  #beside(folder: string, path: string): void {
    if (!this.#project.has(path) || this.#project.isFolder(path)) return;
    this.paths.push(path);
    for (const tarball of tarballsNamedIn(this.#project.read(path))) {
      const found = this.#project.resolve(folder, tarball);
      if (found !== null) this.paths.push(found);
    }
  }
}

function workspaceFolders(project: ProjectView, patterns: readonly string[]): readonly string[] {
  const globs = patterns.map((pattern) => `${pattern.replace(/^(!?)\.\//, '$1').replace(/\/+$/, '')}/package.json`);
  return globs.length === 0 ? [] : project.matching(globs).map((manifest) => posix.dirname(manifest));
}
