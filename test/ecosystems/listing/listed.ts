import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { linesFor } from '../../../image/opt/node/listing/lines.mjs';
import type { InstalledPackage } from '../../../src/ecosystems/installed-package.js';
import { parsePackageList } from '../../../src/sandbox/packages/package-list.js';

/** Files by their paths: text, an object that is written as JSON, or a link. */
export type Tree = Readonly<Record<string, string | object | Link>>;

/** A symbolic link, to a path that begins where the link lies. */
export class Link {
  constructor(readonly target: string) {}
}

/** What the lister said of a folder. */
export interface Listed {
  readonly packages: readonly InstalledPackage[];
  readonly disagreements: readonly string[];
  /** Names in `.bin` folders with their files, relative to the project. */
  readonly commands: Readonly<Record<string, string>>;
  /** The package in a folder relative to the project. @throws when there is none */
  at(path: string): InstalledPackage;
  /** `name@version kind` of each package but the project, by path. */
  readonly origins: Readonly<Record<string, string>>;
  /** The folder that a path is in, as packages have it (`realPath`). */
  real(path: string): string;
}

/** Writes a project, lets `also` do more to its folder, and lists what is in it. */
export function listed(manager: string, tree: Tree, also: (folder: string) => void = () => undefined): Listed {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'listed-')));
  try {
    plant(folder, tree);
    also(folder);
    const registries = ['https://registry.npmjs.org/', '@corp=https://npm.corp.example/'];
    const { packages, disagreements, commands } = parsePackageList(
      linesFor([folder, manager, ...registries]).join('\n'),
    );
    const found = new Map(packages.map((pkg) => [pkg.path, pkg]));
    const others = packages.slice(1);
    return {
      packages,
      disagreements,
      commands: Object.fromEntries(
        [...commands].map(([command, file]) => [command, file].map((path) => path.slice(folder.length + 1))),
      ),
      at(path) {
        const pkg = found.get(path);
        if (pkg === undefined) throw new Error(`${path} is not listed: ${[...found.keys()].join(', ')}`);
        return pkg;
      },
      origins: Object.fromEntries(others.map((pkg) => [pkg.path, `${pkg.name}@${pkg.version} ${pkg.from.kind}`])),
      real: (path) => (path === '.' ? folder : `${folder}/${path}`),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function plant(folder: string, tree: Tree): void {
  for (const [path, content] of Object.entries(tree)) {
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    if (content instanceof Link) symlinkSync(content.target, file);
    else writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  }
}

/** The manifest of a package at a path of a project. */
export function manifest(path: string, name: string, version: string, more: object = {}): Tree {
  return { [path === '.' ? 'package.json' : `${path}/package.json`]: { name, version, ...more } };
}
