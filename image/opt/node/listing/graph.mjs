// Which package each name leads to, by Node's own look-up: the nearest node_modules upwards from a package's real folder.
// https://nodejs.org/api/modules.html#loading-from-node_modules-folders
import { basename, dirname, join } from 'node:path';
import { isLocal } from './describe.mjs';
import { packagesIn, realPathOf } from './files.mjs';

/** @typedef {import('./types.d.ts').Line} Line */

/** The packages and what they depend on. */
export class Graph {
  #byPath;
  #byFolder;
  /** What each node_modules folder holds: a name's folder. @type {Map<string, Map<string, string>>} */
  #modules = new Map();
  /** @type {Map<string, string | undefined>} */
  #real = new Map();

  /** @param {readonly Line[]} lines */
  constructor(lines) {
    this.#byPath = new Map(lines.map((line) => [line.path, line]));
    this.#byFolder = new Map(lines.map((line) => [line.realPath, line]));
  }

  /** @param {Line} line @param {string} name */
  resolve({ realPath }, name) {
    for (let at = realPath; ; at = dirname(at)) {
      if (basename(at) !== 'node_modules') {
        const place = this.#placesIn(join(at, 'node_modules')).get(name);
        const folder = place && this.#realOf(place);
        if (folder !== undefined) return this.#byFolder.get(folder);
      }
      if (dirname(at) === at) return undefined;
    }
  }

  /** @param {string} modules */
  #placesIn(modules) {
    const known = this.#modules.get(modules);
    if (known !== undefined) return known;
    const places = new Map(packagesIn(modules).map(({ name, folder }) => [name, folder]));
    this.#modules.set(modules, places);
    return places;
  }

  /** @param {string} place */
  #realOf(place) {
    if (!this.#real.has(place)) this.#real.set(place, realPathOf(place));
    return this.#real.get(place);
  }

  /**
   * The folders of dependencies that the paths alone do not show, because links lead to them.
   * @param {Line} line
   */
  linksOf(line) {
    const links = line.dependencies.flatMap((name) => {
      const target = this.resolve(line, name);
      return target === undefined || target === this.#byPathOnly(line, name) ? [] : [[name, target.realPath]];
    });
    return links.length === 0 ? undefined : Object.fromEntries(links);
  }

  /** @param {Line} line @param {string} name */
  #byPathOnly({ path }, name) {
    for (let at = path === '.' ? '' : path; ; ) {
      const found = this.#byPath.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
      if (found !== undefined || at === '') return found;
      const cut = at.lastIndexOf('/node_modules/');
      at = cut > 0 ? at.slice(0, cut) : '';
    }
  }

  /**
   * The packages that are installed only as optional dependencies.
   * @returns {Set<Line>}
   */
  optional() {
    const all = this.#reached(() => true);
    for (const line of this.#reached((line, name) => line.mayBeAbsent?.includes(name) !== true)) all.delete(line);
    return all;
  }

  /** @param {(line: Line, name: string) => boolean} follows @returns {Set<Line>} */
  #reached(follows) {
    // A folder that is linked to is there because somebody depends on it, like any other dependency.
    const waiting = [...this.#byPath.values()].filter(({ from }) => isLocal(from) && from.kind !== 'link');
    const reached = new Set(waiting);
    for (let line = waiting.pop(); line !== undefined; line = waiting.pop()) {
      for (const name of line.dependencies) {
        const target = follows(line, name) ? this.resolve(line, name) : undefined;
        if (target === undefined || reached.has(target)) continue;
        reached.add(target);
        waiting.push(target);
      }
    }
    return reached;
  }
}
