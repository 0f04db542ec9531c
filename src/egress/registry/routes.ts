import type { Target } from '../target.js';
import { type KnownRegistry, targetOf } from './known-registry.js';

/** Methods that don't change anything; with others a package could publish under the company's credentials. */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);

// Excludes names that start like a registry's own endpoints (`-/whoami`, `_session`, `..`) or end as no name does (`auth.`).
export const NAME = '[A-Za-z0-9~](?:[\\w.~-]*[\\w~-])?';
// Only the delimiters of a scope may be percent-encoded, once, as npm's clients do.
const SCOPE = '(?:@|%40)[A-Za-z0-9~_-][\\w.~-]*(?:/|%2[Ff])';
export const SCOPED = `${SCOPE}${NAME}`;
const PACKAGE = `(?:${NAME}|${SCOPED})`;
const VERSION = '\\d+\\.\\d+\\.\\d+(?:[-+][\\w.+-]*)?';
const FILE = `(?:${SCOPE})?\\w[\\w.+~-]*\\.(?:tgz|tar\\.gz)`;
// Some registries have the version as a folder in between (Font Awesome, Gitea).
const TARBALL = `${PACKAGE}/-/(?:${VERSION}/)?${FILE}`;
export const GEM = '[A-Za-z0-9_-][\\w.-]*';

/** The requests of package managers, as paths below the registry's URL. */
const ROUTES: readonly string[] = [
  `${PACKAGE}(?:/(?:${VERSION}|latest))?`,
  TARBALL,
  // GitHub Packages; cnpm.
  `download/${SCOPED}/${VERSION}/[0-9a-f]{40,128}`,
  `${PACKAGE}/download/${FILE}`,
  '(?:latest_|prerelease_)?specs\\.4\\.8(?:\\.gz)?',
  'versions',
  'names',
  `info/${GEM}`,
  `quick/Marshal\\.4\\.8/${GEM}\\.gemspec\\.rz`,
  `gems/${GEM}\\.gem`,
  'api/v1/dependencies(?:\\.json)?(?:\\?gems=(?:[\\w.-]|,|%2[Cc])*)?',
];
const ROUTE = whole(`(?:${ROUTES.join('|')})`);

/**
 * Paths that look like a package's document but are something else: Artifactory answers `auth/SCOPE` below a registry, and `auth` above its
 * registries, with the credentials of the request in the format of npm's settings; Gem in a Box rebuilds its index at `reindex`.
 */
const NOT_A_PACKAGE = /^(?:auth\/[^/]*|reindex)$/i;
const NOT_A_PACKAGE_IN_ARTIFACTORY = /\/api\/npm\/auth$/i;

/** A registry of a GitLab group or instance. Its packages' tarballs are located at the projects. */
const GITLAB = /^(.*\/api\/v4\/)(?:groups\/[^/]+\/-\/)?packages\/npm\/$/;
const GITLAB_TARBALL = whole(`projects/\\d+/packages/npm/${TARBALL}`);

/** A pattern that must match a whole path. */
export function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

/**
 * The registry that a request belongs to: the one with the longest URL that is a prefix of it. Undefined if there is none, or if the
 * request is not needed for an install. The path is compared literally, without decoding, because servers differ in how they interpret
 * `..;`, `%2e`, `%252f`, `\` and `//`.
 */
export function registryAsked(
  registries: readonly KnownRegistry[],
  target: Target,
  method: string,
  path: string,
): KnownRegistry | undefined {
  if (!SAFE_METHODS.has(method)) return undefined;
  const here = registries.filter((registry) => {
    const { host, port } = targetOf(registry);
    return host === target.host && port === target.port;
  });
  const [nearest] = here
    .filter((registry) => path.startsWith(baseOf(registry)))
    .sort((a, b) => baseOf(b).length - baseOf(a).length);
  if (nearest !== undefined && isRoute(path, baseOf(nearest))) return nearest;
  if (isFileWithoutCredentials(path, here)) return nearest ?? here[0];
  return nearest === undefined ? here.find((registry) => isGitlabTarball(registry, path)) : undefined;
}

/**
 * A dependency given as the URL of a tarball may be on a registry's host. Without credentials for that host, allowing it gives access to
 * nothing more.
 */
const TARBALL_FILE = /^(?:\/[\w~@+-][\w.~@+-]*)+\.(?:tgz|tar\.gz)$/;

function isFileWithoutCredentials(path: string, here: readonly KnownRegistry[]): boolean {
  return here.every(({ authorization }) => authorization === undefined) && TARBALL_FILE.test(path);
}

/** The path of a registry's URL, with a trailing slash. */
export function baseOf({ url }: KnownRegistry): string {
  return new URL(url).pathname.replace(/\/*$/, '/');
}

function isRoute(path: string, base: string): boolean {
  const below = path.slice(base.length);
  return ROUTE.test(below) && !NOT_A_PACKAGE.test(below) && !NOT_A_PACKAGE_IN_ARTIFACTORY.test(path);
}

function isGitlabTarball(registry: KnownRegistry, path: string): boolean {
  const api = GITLAB.exec(baseOf(registry))?.[1];
  return api !== undefined && path.startsWith(api) && GITLAB_TARBALL.test(path.slice(api.length));
}
