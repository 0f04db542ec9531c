import { compileGlob } from './glob.js';

/** A path's components; empty ones are skipped, so `/usr//lib/` is `usr`, `lib`. */
function split(path: string): string[] {
  return path.split('/').filter((component) => component !== '');
}

class PathNode {
  /** A path of the list ends here: everything below matches. */
  isEnd = false;
  readonly names = new Map<string, PathNode>();
  readonly globs: { readonly pattern: string; readonly test: (text: string) => boolean; readonly node: PathNode }[] =
    [];

  child(component: string): PathNode {
    if (!/[?*[]/.test(component)) {
      const known = this.names.get(component) ?? new PathNode();
      this.names.set(component, known);
      return known;
    }
    const known = this.globs.find(({ pattern }) => pattern === component);
    if (known !== undefined) return known.node;
    const node = new PathNode();
    this.globs.push({ pattern: component, test: compileGlob(component, false), node });
    return node;
  }

  matches(components: readonly string[], depth: number): boolean {
    if (this.isEnd) return true;
    const component = components[depth];
    if (component === undefined) return false;
    if (this.names.get(component)?.matches(components, depth + 1) === true) return true;
    return this.globs.some(({ test, node }) => test(component) && node.matches(components, depth + 1));
  }
}

/** `pmatch`: one of the paths equals the text or is a parent of it; components may be globs (libs prefix_search.h). */
export function compilePathPrefixes(paths: readonly string[]): (text: string) => boolean {
  const root = new PathNode();
  for (const path of paths) {
    let node = root;
    for (const component of split(path)) node = node.child(component);
    node.isEnd = true;
  }
  return (text) => root.matches(split(text), 0);
}
