import { OTHER_PACKAGES } from './asks.js';
import type { KnownRegistry } from './known-registry.js';
import { baseOf, NAME, SCOPED, whole } from './routes.js';

/** A package that a route is about, and whether its documents or its file are requested. */
export interface PackageAsked {
  readonly name: string;
  readonly kind: 'document' | 'package';
  /** The requested version, or the file's name if it contains no recognizable version. */
  readonly version?: string;
}

const GEM_VERSION = '-(\\d[\\w.]*(?:-[\\w-]+)?)';
const GEM_FILE = whole(`gems/(.+?)${GEM_VERSION}\\.gem`);
const GEM_SPEC = whole(`quick/Marshal\\.4\\.8/(.+?)${GEM_VERSION}\\.gemspec\\.rz`);
const GEM_INFO = /^info\/(.+)$/;
const GEM_LIST = /^api\/v1\/dependencies(?:\.json)?(?:\?gems=(.*))?$/;
const NO_NAME = /^(?:versions|names|(?:latest_|prerelease_)?specs\.4\.8(?:\.gz)?)$/;
const OF_PACKAGE = new RegExp(`(?:^download/(?=@|%40)|/packages/npm/|^)(${SCOPED}|${NAME})(?:/(.*))?$`);
/** Bundler requests a few dozen at once. */
const MAX_LISTED = 100;

/**
 * The packages that a permitted path requests; none for indexes. The version in a gem's file name is separated as far as it can be
 * distinguished from the name.
 */
export function packagesAsked(registry: KnownRegistry, path: string): readonly PackageAsked[] {
  const below = path.startsWith(baseOf(registry)) ? path.slice(baseOf(registry).length) : path;
  const list = GEM_LIST.exec(below);
  if (list !== null) return listed(list[1] ?? '');
  const one = gemAsked(below) ?? nodePackageAsked(below);
  return one === undefined ? [] : [one];
}

function gemAsked(below: string): PackageAsked | undefined {
  const [, gem, version = ''] = GEM_FILE.exec(below) ?? [];
  if (gem !== undefined) return { name: gem, kind: 'package', version };
  const [, specified, of = ''] = GEM_SPEC.exec(below) ?? [];
  if (specified !== undefined) return { name: specified, kind: 'document', version: of };
  const info = GEM_INFO.exec(below)?.[1];
  return info === undefined ? undefined : { name: info, kind: 'document' };
}

function nodePackageAsked(below: string): PackageAsked | undefined {
  if (NO_NAME.test(below)) return undefined;
  const [, written, rest = ''] = OF_PACKAGE.exec(below) ?? [];
  if (written === undefined) return undefined;
  const name = written.replace(/%40/g, '@').replace(/%2f/gi, '/');
  const isFile = /^(?:-|download)\//.test(rest) || below.startsWith('download/');
  // In GitHub Packages a file is named after its version and hash.
  const file = below.startsWith('download/')
    ? rest.replace(/\/[0-9a-f]{40,128}$/, '')
    : rest.replace(/^(?:-|download)\//, '');
  const version = isFile ? versionOf(name, file) : rest;
  return { name, kind: isFile ? 'package' : 'document', ...(version === '' ? {} : { version }) };
}

/** `x-1.0.0.tgz` of `@corp/x` is 1.0.0. Any other text is part of the requested version. */
function versionOf(name: string, file: string): string {
  const bare = file.replace(/\.(?:tgz|tar\.gz)$/, '').replace(/^(?:@|%40)[\w.~-]+(?:\/|%2f)/i, '');
  const prefix = `${name.replace(/^.*\//, '')}-`;
  return bare.startsWith(prefix) ? bare.slice(prefix.length) : bare;
}

function listed(gems: string): readonly PackageAsked[] {
  const names = [...new Set(gems.split(/,|%2c/i).filter((name) => name !== ''))];
  const told = names.length > MAX_LISTED ? [...names.slice(0, MAX_LISTED), OTHER_PACKAGES] : names;
  return told.map((name) => ({ name, kind: 'document' }));
}
