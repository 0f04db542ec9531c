import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { create } from 'tar';

/** A front-end project of the usual size: about 500 packages. Exact versions, so that runs can be compared. */
const MANIFEST = {
  name: 'bench-project',
  version: '1.0.0',
  private: true,
  dependencies: { express: '4.21.2', react: '18.3.1', 'react-dom': '18.3.1', lodash: '4.17.21' },
  devDependencies: { webpack: '5.97.1', eslint: '8.57.1', jest: '29.7.0', typescript: '5.7.2' },
};

/** The same project twice: to be installed from a cache that it brings along, and from the registry. */
export interface InstallProject {
  readonly offline: Buffer;
  readonly online: Buffer;
  /** Packages in the lock file. */
  readonly packages: number;
}

/** Makes the project in `folder`, with a lock file and a warm cache of this machine's npm. Needs the registry. */
export async function makeInstallProject(folder: string): Promise<InstallProject> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify(MANIFEST));
  const cache = ['--cache', join(folder, '.npm-cache')];
  const quiet = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  execFileSync('npm', ['install', ...quiet, ...cache, '--omit-lockfile-registry-resolved=false'], {
    cwd: folder,
    stdio: 'inherit',
  });
  const lock = JSON.parse(await readFile(join(folder, 'package-lock.json'), 'utf8')) as { packages: object };
  rmSync(join(folder, 'node_modules'), { recursive: true });
  rmSync(join(folder, '.npm-cache', '_logs'), { recursive: true, force: true });
  const online = await pack(folder, ['package.json', 'package-lock.json']);
  writeFileSync(join(folder, '.npmrc'), 'cache=.npm-cache\noffline=true\n');
  const offline = await pack(folder, ['.']);
  return { offline, online, packages: Object.keys(lock.packages).length - 1 };
}

/** The project with a lock file that is made once, of npm's registry. */
export interface LockedProject {
  readonly packages: number;
  /** The tarball in which `registry` is the place of every package, with the authority to trust. */
  from(registry: { readonly url: string; readonly ca: string }): Promise<Buffer>;
}

/** Makes it in `folder`. Needs the registry. */
export async function lockedProject(folder: string): Promise<LockedProject> {
  writeFileSync(join(folder, 'package.json'), JSON.stringify(MANIFEST));
  const flags = ['--package-lock-only', '--no-audit', '--no-fund', '--omit-lockfile-registry-resolved=false'];
  execFileSync('npm', ['install', ...flags], { cwd: folder, stdio: 'inherit' });
  const path = join(folder, 'package-lock.json');
  const made = await readFile(path, 'utf8');
  const { packages } = JSON.parse(made) as { packages: object };
  return {
    packages: Object.keys(packages).length - 1,
    from: (registry) => {
      writeFileSync(path, made.replaceAll('https://registry.npmjs.org/', registry.url));
      writeFileSync(join(folder, 'ca.pem'), registry.ca);
      return pack(folder, ['package.json', 'package-lock.json', 'ca.pem']);
    },
  };
}

async function pack(cwd: string, entries: string[]): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of create({ cwd, gzip: { level: 1 }, portable: true }, entries)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
