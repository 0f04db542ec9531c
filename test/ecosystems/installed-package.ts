import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { PROJECT } from '../../src/ecosystems/places.js';

/** A package as the sandbox lists it: `.` is the project, what lies in node_modules is from the registry, anything else is a workspace. */
export function installedPackage(path: string, more: Partial<InstalledPackage> = {}): InstalledPackage {
  const isProject = path === '.';
  const kind = isProject ? 'project' : path.includes('node_modules/') ? 'registry' : 'workspace';
  return {
    name: isProject ? 'app' : (path.split('node_modules/').at(-1) ?? path),
    version: '1.0.0',
    path,
    realPath: isProject ? PROJECT : `${PROJECT}/${path}`,
    from: { kind, resolved: null, integrity: kind === 'registry' ? 'sha512-x' : null },
    optional: false,
    scripts: [],
    dependencies: [],
    ...more,
  };
}
