import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar';
import { afterEach } from 'vitest';
import { managerFor, selectProject } from '../../../src/cli/pack/select.js';
import type { Selection } from '../../../src/cli/pack/selection.js';
import { packSelection } from '../../../src/cli/pack/tarball.js';
import type { ManagerName } from '../../../src/ecosystems/names.js';
import { folderOf } from '../run-cli.js';

/** Contents by path; objects are written as JSON. */
export type Files = Readonly<Record<string, string | object>>;

/** A manifest. */
export const app = (more: object = {}) => ({ name: 'app', version: '1.0.0', ...more });

/** What stands in every project and no install reads. */
export const NOISE: Files = {
  'src/index.ts': 'x',
  'README.md': 'x',
  'node_modules/dep/index.js': 'x',
  '.env': 'TOKEN=x',
};

/** What is packed of a folder for a package manager, in the edition that suits it. */
export function selectFor(folder: string, manager: ManagerName = 'npm', include: readonly string[] = []): Selection {
  return selectProject(folder, managerFor(folder, manager).manager, include);
}

/** Makes folders that are gone after the test: projects, and what was packed of them, unpacked again. */
export function projectFolders() {
  const folders: (() => void)[] = [];
  afterEach(() => {
    for (const remove of folders.splice(0)) remove();
  });
  return {
    project(files: Files): string {
      const folder = folderOf(files);
      folders.push(() => folder.remove());
      return folder.path;
    },
    async unpack(selection: Selection): Promise<string> {
      const folder = mkdtempSync(join(tmpdir(), 'pw-unpacked-'));
      folders.push(() => rmSync(folder, { recursive: true, force: true }));
      const tarball = await packSelection(selection);
      await pipeline(tarball.open(), extract({ cwd: folder }));
      await tarball.dispose();
      return folder;
    },
  };
}

/** A project, and which of its files an install needs, in the order of their names. */
export interface PackedProject {
  readonly title: string;
  readonly manager: ManagerName;
  readonly files: Files;
  readonly packed: readonly string[];
}
