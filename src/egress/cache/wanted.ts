import { createHash } from 'node:crypto';
import type { KnownRegistry } from '../registry/known-registry.js';
import type { CacheQuestion, CacheRequest } from './port.js';

/** A file in a registry, with what is needed to find the documents that contain its hash. */
export interface Tarball {
  readonly kind: 'package' | 'gem';
  /** The last part of its path. */
  readonly file: string;
  /** The name of an npm package with its scope, or all possible names of a gem: a hyphen may be part of the name or precede the version. */
  readonly names: readonly string[];
  /** Undefined if the path does not contain it. */
  readonly version?: string | undefined;
}

/** What is requested from a registry, without anything that depends on the client. */
export interface Wanted {
  /** Identical for the same registry, credentials, path and document format. */
  readonly key: string;
  readonly question: CacheQuestion;
  readonly registry: KnownRegistry;
  /** Undefined for a document. */
  readonly tarball: Tarball | undefined;
}

/**
 * The abbreviated document of a package, which contains only what an install needs; otherwise npm's registry answers with the full
 * document.
 */
const INSTALL_FORM = 'application/vnd.npm.install-v1+json';
const INSTALL_ACCEPT = `${INSTALL_FORM}; q=1.0, application/json; q=0.8, */*`;

/** Characters that every server interprets the same way. Only the `@` and the slash of a scope may be percent-encoded. */
const PLAIN_PATH = /^(?:\/(?:[\w.~@+-]|%40|%2[Ff])+)+$/;
const DOTS = /(?:\/|%2[Ff])\.{1,2}(?=\/|%2[Ff]|$)/;

const SCOPED_OR_NOT = '((?:(?:@|%40)[\\w.~-]+(?:/|%2[Ff]))?[\\w.~-]+)';
const PACKAGE_TARBALL = new RegExp(`${SCOPED_OR_NOT}/(?:-|download)/(?:.*/)?([^/]+\\.(?:tgz|tar\\.gz))$`);
/** GitHub Packages. */
const PACKAGE_DOWNLOAD = new RegExp(`^download/${SCOPED_OR_NOT}/(\\d[^/]*)/([0-9a-f]{40,128})$`);
const GEM_FILE = /^gems\/([^/]+)\.gem$/;
const MAX_NAMES = 3;

/** Undefined if the request is not cacheable. */
export function wantedOf({
  registry,
  path,
  headers,
}: Pick<CacheRequest, 'registry' | 'path' | 'headers'>): Wanted | undefined {
  if (headers.authorization !== undefined && registry.authorization === undefined) return undefined;
  if (!PLAIN_PATH.test(path) || DOTS.test(path)) return undefined;
  const tarball = tarballAt(belowRegistry(registry, path));
  if (tarball !== undefined) return wanted(registry, path, tarball, '*/*', 'identity');
  // A file that no document refers to does not belong to a registry, wherever it is on the registry's host.
  if (/\.(?:tgz|tar\.gz)$/.test(path)) return undefined;
  const accept = headers.accept?.includes(INSTALL_FORM) === true ? INSTALL_ACCEPT : '*/*';
  return wanted(registry, path, undefined, accept, 'gzip');
}

/** A document below the registry's URL. */
export function documentBelow(
  registry: KnownRegistry,
  below: string,
  form: 'install' | 'whole',
): Pick<CacheRequest, 'registry' | 'path' | 'headers'> {
  const path = `${folderOf(registry)}${below}`;
  return { registry, path, headers: form === 'install' ? { accept: INSTALL_FORM } : {} };
}

/** The cache keys of all documents that may contain a tarball's hash, for every way in which clients encode their paths. */
export function documentsOf({ registry, tarball }: Wanted): readonly string[] {
  if (tarball === undefined) return [];
  const { kind, names } = tarball;
  const below = kind === 'gem' ? names.map((name) => `info/${name}`) : names.flatMap(encodingsOf);
  const forms = kind === 'gem' ? (['whole'] as const) : (['install', 'whole'] as const);
  return below
    .flatMap((each) => forms.map((form) => wantedOf(documentBelow(registry, each, form))?.key))
    .filter((key) => key !== undefined);
}

function encodingsOf(name: string): readonly string[] {
  return name.includes('/') ? [name, name.replace('/', '%2f'), name.replace('/', '%2F')] : [name];
}

function wanted(
  registry: KnownRegistry,
  path: string,
  tarball: Tarball | undefined,
  accept: string,
  encoding: string,
): Wanted {
  const headers = { accept, 'accept-encoding': encoding, 'user-agent': 'packwarden' };
  const key = [tarball === undefined ? accept : 'tarball', registry.url, readerOf(registry), path].join(' ');
  const mayRedirect = tarball !== undefined;
  return { key, question: { path, headers, mayRedirect }, registry, tarball };
}

/** Identifies who may read the registry's answers: everyone with the same credentials. */
function readerOf({ url, authorization }: KnownRegistry): string {
  if (authorization === undefined) return '-';
  return createHash('sha256').update(`${url}\0${authorization}`).digest('base64url').slice(0, 22);
}

function folderOf({ url }: KnownRegistry): string {
  return new URL(url).pathname.replace(/\/*$/, '/');
}

function belowRegistry(registry: KnownRegistry, path: string): string {
  const folder = folderOf(registry);
  return path.startsWith(folder) ? path.slice(folder.length) : path.slice(1);
}

function tarballAt(below: string): Tarball | undefined {
  const [, gem] = GEM_FILE.exec(below) ?? [];
  if (gem !== undefined) return { kind: 'gem', file: gem, names: gemNames(gem) };
  const [, named, exact, hash] = PACKAGE_DOWNLOAD.exec(below) ?? [];
  if (named !== undefined) return { kind: 'package', file: hash ?? '', names: [nameOf(named)], version: exact };
  const [, owner, file] = PACKAGE_TARBALL.exec(below) ?? [];
  if (owner === undefined || file === undefined) return undefined;
  const base = nameOf(owner).replace(/^.*\//, '');
  const bare = file.replace(/^.*%2[Ff]/, '').replace(/\.(?:tgz|tar\.gz)$/, '');
  const version = bare.startsWith(`${base}-`) ? bare.slice(base.length + 1) : undefined;
  return { kind: 'package', file, names: [nameOf(owner)], version };
}

function nameOf(written: string): string {
  return decodeURIComponent(written);
}

/** `a-b-1.2-java` may be version `1.2-java` of `a-b`, or version `java` of `a-b-1.2`. */
function gemNames(file: string): readonly string[] {
  const ends = [...file.matchAll(/-(?=\d)/g)].map(({ index }) => index);
  return ends.slice(0, MAX_NAMES).map((end) => file.slice(0, end));
}
