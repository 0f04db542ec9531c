import type { InstalledPackage } from './installed-package.js';
import type { PackageRef } from './report.js';

/** Looks up packages by folder, and tells why each one is installed. */
export class PackageIndex {
  readonly #byFolder = new Map<string, InstalledPackage>();
  readonly #byPath = new Map<string, InstalledPackage>();
  readonly #parents = new Map<string, string | null>();
  readonly #projectDir: string;

  /** `packages` as the sandbox lists them, the project itself (`path` `.`) first. */
  constructor(packages: readonly InstalledPackage[], projectDir: string) {
    this.#projectDir = projectDir;
    for (const pkg of packages) {
      this.#byPath.set(pkg.path, pkg);
      this.#byFolder.set(pkg.realPath, pkg);
      this.#byFolder.set(pkg.path === '.' ? projectDir : `${projectDir}/${pkg.path}`, pkg);
    }
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

  /** The package that `require(name)` finds from the project's root. */
  direct(name: string): InstalledPackage | undefined {
    return this.#byPath.get(`node_modules/${name}`);
  }

  /** The package with the shortest chain from the project's root that pulls it in. */
  ref(pkg: InstalledPackage): PackageRef {
    const path: string[] = [];
    let at: string | null | undefined = pkg.path;
    while (at !== null && at !== undefined) {
      path.unshift(this.#byPath.get(at)?.name ?? at);
      at = this.#parents.get(at);
    }
    return { name: pkg.name, version: pkg.version, path };
  }

  #walkFromRoot(): void {
    if (!this.root) return;
    const queue: InstalledPackage[] = [this.root];
    this.#parents.set('.', null);
    for (let pkg = queue.shift(); pkg; pkg = queue.shift()) {
      for (const name of pkg.dependencies) {
        const found = this.#resolve(pkg.path, name);
        if (!found || this.#parents.has(found.path)) continue;
        this.#parents.set(found.path, pkg.path);
        queue.push(found);
      }
    }
  }

  /** Node's lookup: the nearest node_modules upwards that holds the name. */
  #resolve(from: string, name: string): InstalledPackage | undefined {
    let folder = from === '.' ? '' : from;
    for (;;) {
      const found = this.#byPath.get(folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`);
      if (found || folder === '') return found;
      const cut = folder.lastIndexOf('/node_modules/');
      folder = cut > 0 ? folder.slice(0, cut) : '';
    }
  }
}
