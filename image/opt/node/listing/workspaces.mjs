// The workspaces that a project declares.
import { recordOf, textsOf } from './values.mjs';

/** @typedef {import('./types.d.ts').Manifest} Manifest */

/**
 * Of npm, yarn and bun: `workspaces` in package.json, a list or `{packages: list}`.
 * @param {Manifest} manifest
 */
export function patternsOf({ workspaces }) {
  return Array.isArray(workspaces) ? textsOf(workspaces) : textsOf(recordOf(workspaces).packages);
}

/**
 * The patterns that match none of the workspaces. Only the part of a pattern before its first wildcard is checked: which
 * files match is decided by the manager.
 * @param {readonly string[]} patterns @param {readonly string[]} places folders of workspaces, relative to the project
 */
export function idlePatterns(patterns, places) {
  return patterns.filter((pattern) => {
    if (pattern.trim() === '') return true;
    if (pattern.startsWith('!') || /^\.?\/?$/.test(pattern)) return false;
    const fixed = beforeWildcards(pattern);
    return !places.some((place) => fixed === '' || place === fixed || place.startsWith(`${fixed}/`));
  });
}

/** @param {string} pattern */
function beforeWildcards(pattern) {
  const parts = pattern.split('/').filter((part) => part !== '.' && part !== '');
  const wild = parts.findIndex((part) => /[*?[\]{}()!+@]/.test(part));
  return (wild < 0 ? parts : parts.slice(0, wild)).join('/');
}
