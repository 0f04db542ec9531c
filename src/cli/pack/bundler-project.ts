import { posix } from 'node:path';
import { UsageError } from '../usage.js';
import type { Selection } from './selection.js';

const ROOT_FILES = [
  'Gemfile',
  'Gemfile.lock',
  'gems.rb',
  'gems.locked',
  '.ruby-version',
  '.tool-versions',
  'vendor/cache',
];

/** Selects what `bundle install` needs: Gemfiles, local gems whole, and a gemspec with the files it reads. */
export function selectBundlerProject(selection: Selection): void {
  const { project } = selection;
  // Bundler looks at no other one where there is gems.rb.
  const gemfile = ['gems.rb', 'Gemfile'].find((file) => project.has(file));
  if (gemfile === undefined) throw new UsageError(`no Gemfile in ${project.root}`, 'packwarden analyze --help');
  selection.addAll(ROOT_FILES);
  // A gemspec lists its files when it is loaded, and reads its version from lib/.
  for (const spec of project.matching(['*.gemspec'])) selection.addAll([spec, 'lib']);
  const seen = new Set<string>();
  const queue = [gemfile];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || !project.has(file) || project.isFolder(file)) continue;
    seen.add(file);
    selection.add(file);
    const folder = posix.dirname(file);
    for (const [path, isGemfile] of localPathsOf(project.read(file))) {
      const found = project.resolve(folder, path);
      if (found === null) {
        throw new UsageError(
          `${file} names ${path}, which lies outside of ${project.root}`,
          'packwarden analyze --help',
        );
      }
      if (isGemfile) queue.push(found);
      else if (found !== '.') selection.add(found);
    }
  }
}

/** Local gems (`path: "…"`, `path "…" do`) and other Gemfiles (`eval_gemfile "…"`), as far as they are written as plain strings. */
function localPathsOf(gemfile: string): readonly (readonly [path: string, isGemfile: boolean])[] {
  const code = gemfile.replaceAll(/^\s*#.*$/gm, '');
  const gems = [...code.matchAll(/(?:\bpath:\s*|:path\s*=>\s*|^\s*path[\s(]+)["']([^"'#]+)["']/gm)];
  const files = [...code.matchAll(/\beval_gemfile[\s(]+["']([^"'#]+)["']/g)];
  return [
    ...gems.map(([, path = '']) => [path, false] as const),
    ...files.map(([, path = '']) => [path, true] as const),
  ];
}
