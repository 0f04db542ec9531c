// Compares the record of an install with the disk.
import { relative } from 'node:path';
import { describe, isLocal } from './describe.mjs';
import { Disk } from './disk.mjs';
import { Graph } from './graph.mjs';
import { isSameVersion, textOf, textsOf } from './values.mjs';
import { idlePatterns } from './workspaces.mjs';

/**
 * @typedef {import('./types.d.ts').Line} Line
 * @typedef {import('./types.d.ts').Found} Found
 * @typedef {import('./types.d.ts').Recorded} Recorded
 * @typedef {import('./types.d.ts').InstallRecord} InstallRecord
 * @typedef {import('./types.d.ts').ManagerTraits} ManagerTraits
 * @typedef {Line['from']} Origin
 * @typedef {{line: Line, found: Found, recorded: Recorded | undefined}} Listed
 */

const MAX_DISAGREEMENTS = 200;
const MAX_WORDS_CHARS = 1000;

/**
 * @param {string} project absolute, with links resolved @param {ManagerTraits} traits
 * @param {import('./types.d.ts').Registries} registries
 */
export function list(project, traits, registries) {
  const record = traits.read(project, registries);
  const disk = new Disk(project, record);
  const listed = listAll(disk.packages, record, traits);
  const graph = new Graph(listed.map(({ line }) => line));
  const optional = graph.optional();
  const lines = listed.map(({ line }) => {
    const resolved = graph.linksOf(line);
    return { ...line, optional: optional.has(line), ...(resolved === undefined ? {} : { resolved }) };
  });
  const words = [
    ...record.problems,
    ...(disk.isCut ? [`only the first ${lines.length} packages are listed: there are more`] : []),
    ...missing(listed, record),
    ...listed.flatMap((one) => differences(one, traits)),
    ...idleWords(project, traits, listed),
  ];
  return { lines, disagreements: bounded(words) };
}

/** @param {readonly Found[]} packages @param {InstallRecord} record @param {ManagerTraits} traits @returns {Listed[]} */
function listAll(packages, record, traits) {
  /** @type {Map<Found, Line>} */
  const made = new Map();
  return packages.map((found) => {
    const recorded = found.path === '.' ? undefined : record.lookUp(found);
    const from = recorded?.from ?? originOf(found, made);
    const line = describe(found, recorded, from, traits);
    made.set(found, line);
    return { line, found, recorded };
  });
}

/** @param {Found} found @param {ReadonlyMap<Found, Line>} made @returns {Origin} */
function originOf({ path, within }, made) {
  const around = within && made.get(within);
  const isInside = around !== undefined && !isLocal(around.from);
  const kind = path === '.' ? 'project' : isInside ? 'bundled' : 'unknown';
  return { kind, resolved: null, integrity: null };
}

/**
 * What is recorded but missing on the disk.
 * @param {readonly Listed[]} listed @param {InstallRecord} record
 */
function missing(listed, { expected }) {
  const there = new Set(listed.map(({ recorded }) => recorded));
  const needed = new Set(
    listed.flatMap(({ line }) => line.dependencies.filter((name) => !line.mayBeAbsent?.includes(name))),
  );
  return expected
    .filter(({ recorded, neededAs }) => !there.has(recorded) && (neededAs === null || needed.has(neededAs)))
    .map(({ recorded, place }) => `${place} (${spec(recorded)}) is in the record of the install and not on the disk`);
}

/** @param {Listed} listed @param {ManagerTraits} traits @returns {string[]} */
function differences({ line, found, recorded }, { linksAnyFolder }) {
  const { path, from } = line;
  const { manifest } = found;
  if (manifest === undefined && !(from.kind === 'link' && linksAnyFolder)) {
    return [`${path} has no package.json that can be read`];
  }
  if (from.kind === 'unknown') return [`${path} (${spec(line)}) is on the disk and not in the record of the install`];
  if (from.kind === 'bundled' && recorded === undefined && found.within !== undefined && !bundles(found.within)) {
    return [`${path} (${spec(line)}) came inside of ${found.within.path}, which does not declare what it bundles`];
  }
  const version = textOf(manifest?.version);
  if (!recorded?.version || version === undefined || isSameVersion(version, recorded.version)) return [];
  return [
    `${path} is ${spec(recorded)} in the record of the install, and its package.json says ${version.slice(0, 100)}`,
  ];
}

/** @param {Found} found */
function bundles({ manifest = {} }) {
  const declared = manifest.bundleDependencies ?? manifest.bundledDependencies;
  return declared === true || textsOf(declared).length > 0;
}

/** @param {string} project @param {ManagerTraits} traits @param {readonly Listed[]} listed */
function idleWords(project, traits, listed) {
  const workspaces = listed.filter(({ line }) => line.from.kind === 'workspace');
  const places = workspaces.map(({ found }) => relative(project, found.folder));
  const patterns = traits.workspacePatterns(project, listed[0]?.found.manifest ?? {});
  return idlePatterns(patterns, places).map((pattern) => {
    return `${pattern.trim() === '' ? 'an empty workspace pattern' : `the workspace pattern ${pattern}`} leads to no package`;
  });
}

/** @param {{name: string, version: string | null}} named */
function spec({ name, version }) {
  return version === null || version === '' ? name : `${name}@${version}`;
}

/** @param {readonly string[]} words */
function bounded(words) {
  const more = words.length - MAX_DISAGREEMENTS;
  const shown = more > 0 ? [...words.slice(0, MAX_DISAGREEMENTS), `and ${more} more such disagreements`] : words;
  return shown.map((text) => text.replace(/\p{Cc}/gu, '?').slice(0, MAX_WORDS_CHARS));
}
