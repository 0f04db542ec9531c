import { type InstalledPackage, isLocal } from '../../../ecosystems/installed-package.js';
import type { PackageRef } from '../../finding.js';

/** The name of a folder that a package manager created for a package. */
const IN_NODE_MODULES = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/;

/** Finds packages by folder, and the dependency chain by which each one was installed. */
export class PackageIndex {
  readonly #byFolder = new Map<string, InstalledPackage>();
  readonly #byPath = new Map<string, InstalledPackage>();
  readonly #parents = new Map<string, string | null>();
  /** By folder: the name under which other packages find it, if that differs from its own. */
  readonly #aliases = new Map<string, string>();
  readonly #projectDir: string;
  readonly #commands: ReadonlyMap<string, string>;

  /**
   * @param packages as listed in the sandbox, with the project itself (`path` `.`) first
   * @param commands the files to which the names in `.bin` folders lead
   */
  constructor(
    packages: readonly InstalledPackage[],
    projectDir: string,
    commands: ReadonlyMap<string, string> = new Map(),
  ) {
    this.#projectDir = projectDir;
    this.#commands = commands;
    for (const pkg of packages) {
      this.#byPath.set(pkg.path, pkg);
      this.#byFolder.set(pkg.realPath, pkg);
      this.#byFolder.set(pkg.path === '.' ? projectDir : `${projectDir}/${pkg.path}`, pkg);
    }
    this.#findAliases();
    this.#walkFromRoot();
  }

  get all(): Iterable<InstalledPackage> {
    return this.#byPath.values();
  }

  /** The project itself. */
  get root(): InstalledPackage | undefined {
    return this.#byPath.get('.');
  }

  /** The package with the innermost folder that contains `file`. The project's own files belong to the project. */
  owning(file: string): InstalledPackage | undefined {
    let folder = file;
    while (folder.startsWith(this.#projectDir)) {
      const pkg = this.#byFolder.get(folder);
      if (pkg) return pkg;
      folder = folder.slice(0, folder.lastIndexOf('/'));
    }
    return undefined;
  }

  /** The file to which the name of a command (`node_modules/.bin/NAME`) led when it was fetched; any other path is returned unchanged. */
  fileOf(path: string): string {
    return this.#commands.get(path) ?? path;
  }

  /** The package that `require(name)` finds from the root of the project. */
  direct(name: string): InstalledPackage | undefined {
    return this.root && this.resolve(this.root, name);
  }

  /** The package with the shortest dependency chain from the root of the project. */
  ref(pkg: InstalledPackage): PackageRef {
    const path: string[] = [];
    let at: string | null | undefined = pkg.path;
    while (at !== null && at !== undefined) {
      path.unshift(this.#byPath.get(at)?.name ?? at);
      at = this.#parents.get(at);
    }
    const { name, version, calledItself } = pkg;
    return { name, version, path, ...(calledItself === undefined ? {} : { calledItself }) };
  }

  /** A name under which a package is installed, other than its own: that of its folder, or of a link to it. */
  aliasOf({ realPath }: InstalledPackage): string | undefined {
    return this.#aliases.get(realPath);
  }

  #findAliases(): void {
    const note = (pkg: InstalledPackage | undefined, name: string | undefined): void => {
      if (pkg !== undefined && name !== undefined && name !== pkg.name) this.#aliases.set(pkg.realPath, name);
    };
    for (const pkg of this.#byPath.values()) {
      note(pkg, IN_NODE_MODULES.exec(pkg.path)?.[1]);
      for (const [name, folder] of Object.entries(pkg.resolved ?? {})) note(this.#byFolder.get(folder), name);
    }
  }

  #walkFromRoot(): void {
    if (!this.root) return;
    this.#parents.set('.', null);
    this.#walkFrom(this.root);
    // A workspace that no package depends on was declared by the project.
    for (const pkg of this.#byPath.values()) {
      if (!isLocal(pkg) || this.#parents.has(pkg.path)) continue;
      this.#parents.set(pkg.path, '.');
      this.#walkFrom(pkg);
    }
  }

  #walkFrom(start: InstalledPackage): void {
    const queue: InstalledPackage[] = [start];
    for (let pkg = queue.shift(); pkg; pkg = queue.shift()) {
      for (const name of pkg.dependencies) {
        const found = this.resolve(pkg, name);
        if (!found || this.#parents.has(found.path)) continue;
        this.#parents.set(found.path, pkg.path);
        queue.push(found);
      }
    }
  }

  /**
   * The package that another package gets by `name`: the target of its link, otherwise the package in the nearest `node_modules` upwards.
   */
  resolve(from: InstalledPackage, name: string): InstalledPackage | undefined {
    const link = from.resolved?.[name];
    if (link !== undefined) return this.#byFolder.get(link);
    let folder = from.path === '.' ? '' : from.path;
    for (;;) {
      const found = this.#byPath.get(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
      if (found || folder === '') return found;
      const cut = folder.lastIndexOf('/node_modules/');
      folder = cut > 0 ? folder.slice(0, cut) : '';
    }
  }
}
