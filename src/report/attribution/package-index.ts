import { type InstalledPackage, isLocal } from '../../ecosystems/installed-package.js';
import type { PackageRef } from '../finding.js';

/** The name of a folder that a package manager made for a package. */
const IN_NODE_MODULES = /(?:^|\/)node_modules\/((?:@[^/]+\/)?[^/]+)$/;

/** Looks up packages by folder, and tells why each one is installed. */
export class PackageIndex {
  readonly #byFolder = new Map<string, InstalledPackage>();
  readonly #byPath = new Map<string, InstalledPackage>();
  readonly #parents = new Map<string, string | null>();
  /** By folder: the name under which another package finds it, where that is not its own. */
  readonly #aliases = new Map<string, string>();
  readonly #projectDir: string;
  readonly #commands: ReadonlyMap<string, string>;

  /**
   * `packages` as the sandbox lists them, the project itself (`path` `.`) first; `commands`: the files that the names in `.bin`
   * folders lead to.
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

  /** The package whose folder holds `file` most closely. The project's own files belong to the project. */
  owning(file: string): InstalledPackage | undefined {
    let folder = file;
    while (folder.startsWith(this.#projectDir)) {
      const pkg = this.#byFolder.get(folder);
      if (pkg) return pkg;
      folder = folder.slice(0, folder.lastIndexOf('/'));
    }
    return undefined;
  }

  /** Where the name of a command (`node_modules/.bin/NAME`) leads, as it was fetched; any other path as it is. */
  fileOf(path: string): string {
    return this.#commands.get(path) ?? path;
  }

  /** The package that `require(name)` finds from the project's root. */
  direct(name: string): InstalledPackage | undefined {
    return this.root && this.resolve(this.root, name);
  }

  /** The package with the shortest chain from the project's root that pulls it in. */
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

  /** Another name than its own under which a package is installed: that of its folder, or of a link to it. */
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
    // A workspace that nothing depends on is there because the project says so.
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

  /** The package that `name` is to another one: where its link leads, else the nearest node_modules upwards that holds it. */
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
