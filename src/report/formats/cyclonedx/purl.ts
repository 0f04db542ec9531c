import type { PurlForm } from '../../../ecosystems/manager.js';
import type { InstalledRow } from '../../report.js';
import { cut, plain } from '../../text/plain.js';
import { urlOf, vcsUrlOf } from './addresses.js';

const MAX_CHARS = 256;

/**
 * The package URL of a package. Undefined if its name or version is not usable as it is, because a shortened or cleaned one could
 * be that of another package. Names keep their case, as the types npm and gem require: the usual library (`packageurl-js` 2.0)
 * converts them to lower case, but `JSONStream` is not `jsonstream`.
 */
export function purlOf(row: InstalledRow, form: PurlForm): string | undefined {
  const { name, version } = row;
  if (name === '' || !isUsable(name) || !isUsable(version)) return undefined;
  const [namespace, ownName] = splitName(name);
  if (ownName === '') return undefined;
  const path = [form.type, ...(namespace === null ? [] : [namespace]), ownName].map(encoded).join('/');
  const qualifiers = qualifiersOf(row, form).map(([key, value]) => `?${key}=${encoded(value)}`);
  return `pkg:${path}${version === '' ? '' : `@${encoded(version)}`}${qualifiers.join('')}`;
}

/** Splits `@scope/name` into scope and name. */
export function splitName(name: string): readonly [namespace: string | null, name: string] {
  const slash = name.indexOf('/');
  return name.startsWith('@') && slash > 1 ? [name.slice(0, slash), name.slice(slash + 1)] : [null, name];
}

function isUsable(text: string): boolean {
  return text === cut(plain(text).trim(), MAX_CHARS);
}

/** Where the package comes from, if that is not what the URL's type implies; at most one qualifier. */
function qualifiersOf({ from, resolved }: InstalledRow, form: PurlForm): readonly (readonly [string, string])[] {
  if (resolved === null) return [];
  const address = from === 'git' ? vcsUrlOf(resolved) : urlOf(resolved);
  if (address === undefined) return [];
  if (from === 'git') return [['vcs_url', address]];
  if (from === 'tarball') return [['download_url', address]];
  const registry = from === 'registry' ? privateRegistry(address, form) : undefined;
  return registry === undefined ? [] : [['repository_url', registry]];
}

function privateRegistry(address: string, { publicHosts, archivePath }: PurlForm): string | undefined {
  const { origin, host, pathname } = new URL(address);
  return publicHosts.includes(host) ? undefined : origin + pathname.replace(archivePath, '');
}

/** Encodes everything except letters, digits, `.-_~` and the colon. */
function encoded(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
