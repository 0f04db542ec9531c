import { posix } from 'node:path';
import { type Packing, PackingError, type ProjectView } from '../recognition/packing.js';

/** Gems in vendor/cache were put there on purpose (`bundle cache`), so they are part of the project, ignored by git or not. */
const ROOT_FILES = [
  'Gemfile',
  'Gemfile.lock',
  'gems.rb',
  'gems.locked',
  '.ruby-version',
  '.tool-versions',
  'vendor/cache',
];

/** What `bundle install` needs: Gemfiles, complete local gems, and a gemspec with the files that it reads. @throws PackingError */
export function pack(project: ProjectView): Packing {
  // If there is gems.rb, Bundler ignores other Gemfiles.
  const gemfile = ['gems.rb', 'Gemfile'].find((file) => project.has(file));
  if (gemfile === undefined) throw new PackingError('no-manifest', 'no Gemfile');
  const paths = [...ROOT_FILES];
  // A gemspec lists its files when it is loaded, and reads its version from lib/.
  for (const spec of project.matching(['*.gemspec'])) paths.push(spec, 'lib');
  const seen = new Set<string>();
  const queue = [gemfile];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || !project.has(file) || project.isFolder(file)) continue;
    seen.add(file);
    paths.push(file);
    for (const [path, isGemfile] of localPathsOf(project.read(file))) {
      const found = project.resolve(posix.dirname(file), path);
      if (found === null) throw new PackingError('outside', `${file} names ${path}, which lies outside of the project`);
      if (isGemfile) queue.push(found);
      else if (found !== '.') paths.push(found);
    }
  }
  return { paths, broughtAlong: [], notes: [], readingScripts: [] };
}

/** Local gems (`path: "…"`, `path "…" do`) and other Gemfiles (`eval_gemfile "…"`), if they are written as plain strings. */
function localPathsOf(gemfile: string): readonly (readonly [path: string, isGemfile: boolean])[] {
  const code = gemfile.replaceAll(/^\s*#.*$/gm, '');
  const gems = [...code.matchAll(/(?:\bpath:\s*|:path\s*=>\s*|^\s*path[\s(]+)["']([^"'#]+)["']/gm)];
  const files = [...code.matchAll(/\beval_gemfile[\s(]+["']([^"'#]+)["']/g)];
  return [
    ...gems.map(([, path = '']) => [path, false] as const),
    ...files.map(([, path = '']) => [path, true] as const),
  ];
}
