import type { Target } from '../target.js';
import { type KnownRegistry, targetOf } from './known-registry.js';

/** Requests that change nothing; with another one a package could publish in the company's name. */
const READING: ReadonlySet<string> = new Set(['GET', 'HEAD']);

// No name begins with what is a registry's own (`-/whoami`, `_session`, `..`), or ends as no name does (`auth.`).
export const NAME = '[A-Za-z0-9~](?:[\\w.~-]*[\\w~-])?';
// Encoded is, if anything, what sets a scope off: as npm's clients write it, once.
const SCOPE = '(?:@|%40)[A-Za-z0-9~_-][\\w.~-]*(?:/|%2[Ff])';
export const SCOPED = `${SCOPE}${NAME}`;
const PACKAGE = `(?:${NAME}|${SCOPED})`;
const VERSION = '\\d+\\.\\d+\\.\\d+(?:[-+][\\w.+-]*)?';
const FILE = `(?:${SCOPE})?\\w[\\w.+~-]*\\.(?:tgz|tar\\.gz)`;
// Some have the version's folder between (Font Awesome, Gitea).
const TARBALL = `${PACKAGE}/-/(?:${VERSION}/)?${FILE}`;
export const GEM = '[A-Za-z0-9_-][\\w.-]*';

/** What the package managers ask for, by the path below the registry's URL. */
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
 * What looks like a package's document and is none: Artifactory answers `auth/SCOPE` below a registry with the credentials that it
 * was asked with, as settings of npm, and so `auth` above its registries; Gem in a Box builds its index at `reindex`.
 */
const NO_PACKAGE = /^(?:auth\/[^/]*|reindex)$/i;
const NO_PACKAGE_OF_ARTIFACTORY = /\/api\/npm\/auth$/i;

/** A group's or an instance's registry of GitLab, whose packages say that their tarballs are at the projects. */
const GITLAB = /^(.*\/api\/v4\/)(?:groups\/[^/]+\/-\/)?packages\/npm\/$/;
const GITLAB_TARBALL = whole(`projects/\\d+/packages/npm/${TARBALL}`);

/** A pattern that a whole path must be of. */
export function whole(pattern: string): RegExp {
  return new RegExp(`^${pattern}$`);
}

/**
 * The registry that a request asks for what an install needs: the one with the longest URL that it lies below. Undefined where
 * there is none, or where it is asked for anything else: the path is compared letter by letter and undone nowhere, because servers
 * differ in how they read `..;`, `%2e`, `%252f`, `\` and `//`.
 */
export function registryAsked(
  registries: readonly KnownRegistry[],
  target: Target,
  method: string,
  path: string,
): KnownRegistry | undefined {
  if (!READING.has(method)) return undefined;
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

/** A dependency by the address of its tarball may lie on a registry's host; where that has no credentials for us, there is nothing more to get. */
const TARBALL_FILE = /^(?:\/[\w~@+-][\w.~@+-]*)+\.(?:tgz|tar\.gz)$/;

function isFileWithoutCredentials(path: string, here: readonly KnownRegistry[]): boolean {
  return here.every(({ authorization }) => authorization === undefined) && TARBALL_FILE.test(path);
}

/** The path of a registry's URL, with a slash at its end. */
export function baseOf({ url }: KnownRegistry): string {
  return new URL(url).pathname.replace(/\/*$/, '/');
}

function isRoute(path: string, base: string): boolean {
  const below = path.slice(base.length);
  return ROUTE.test(below) && !NO_PACKAGE.test(below) && !NO_PACKAGE_OF_ARTIFACTORY.test(path);
}

function isGitlabTarball(registry: KnownRegistry, path: string): boolean {
  const api = GITLAB.exec(baseOf(registry))?.[1];
  return api !== undefined && path.startsWith(api) && GITLAB_TARBALL.test(path.slice(api.length));
}
