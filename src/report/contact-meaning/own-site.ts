import { parse } from 'tldts';
import { isSharedDomain } from './shared-host.js';

/** What tells that a site is a package's own. Only used for packages that a registry delivered. */
export interface Sites {
  /** URLs that the manifest names. */
  readonly addresses: readonly string[];
  /** The names of the package, and of the package that ran it. */
  readonly names: readonly string[];
}

/**
 * Endings that the name of a command line tool has in addition to the name of its maker, site or repository: `netlify-cli` and
 * `netlify.com`, `hugo-bin` and `gohugoio/hugo`.
 */
const TOOL_ENDING = /[-.](?:cli|js|node|sdk|tools?|bin|binary|prebuilt)$/;

/** Other hosts of GitHub that serve a repository's files, with the part of the path before OWNER/REPOSITORY. */
const GITHUB_PREFIXES: Readonly<Record<string, string>> = {
  'raw.githubusercontent.com': '/',
  'codeload.github.com': '/',
  'api.github.com': '/repos/',
};

/**
 * A release, in lower case. Only who may write to a repository can put something there. Not the whole repository: files of comments, and
 * commits of forks, are below it too, and anybody can make these.
 */
const RELEASE = /^([\w.-]+)\/([\w.-]+)\/releases\/(?:download|latest|tags|assets)(?:\/|$|\?)/;
/** The owner in a repository's folder, in lower case. */
const OWNER = /^\/([\w.-]+)\/[\w.-]+\/$/;

/**
 * Whether an address belongs to one that a package names as its own. If that is the front page of a domain, the whole domain
 * belongs to it (`https://cypress.io/` and `download.cypress.io`). If it is another page, only what is below that page belongs to
 * it (`https://github.com/a/b/`), because others have pages on such hosts too; on GitHub also the releases of the same owner's other
 * repositories, where makers keep what several packages download. A domain that is called like the package, its scope or that owner
 * counts like its front page, and so do releases of an owner or a repository with such a name (`cloudflare/cloudflared` for
 * `cloudflared`): whoever publishes a package chooses both its name and the addresses in its manifest.
 */
export function isOwnSite({ addresses, names }: Sites, host: string, path: string): boolean {
  const release = releaseAt(host, path);
  const isCalledLike = names
    .map(calledLike)
    .some((called) => isNamesake(host, called) || release?.some((part) => called.includes(part)));
  if (isCalledLike) return true;
  return addresses.some((site) => {
    const { hostname, pathname } = new URL(site);
    const folder = pathname.endsWith('/') ? pathname : `${pathname}/`;
    if (folder === '/') return isOneDomain(hostname, host);
    const owner = hostname === 'github.com' ? OWNER.exec(folder.toLowerCase())?.[1] : undefined;
    if (owner !== undefined && (release?.[0] === owner || isNamesake(host, [owner]))) return true;
    return isPlainPath(path) && isBelow(hostname, folder, host, path);
  });
}

/** `downloads.snyk.io` for `snyk`, `nwjs.io` for a repository of `nwjs`; not a domain on which anybody can publish. */
function isNamesake(host: string, names: readonly string[]): boolean {
  const { domain, domainWithoutSuffix, isPrivate } = parse(host, { allowPrivateDomains: true });
  if (domain === null || domainWithoutSuffix === null || isPrivate === true || isSharedDomain(domain)) return false;
  return names.includes(domainWithoutSuffix);
}

/** What a site may be called that has a package's name. */
function calledLike(name: string): readonly string[] {
  const [, scope, own = ''] = /^(?:@([^/]+)\/)?(.*)$/.exec(name) ?? [];
  return [...(scope === undefined ? [] : [scope]), own, own.replace(TOOL_ENDING, '')];
}

/** Owner and repository of the GitHub release that an address is of. */
function releaseAt(host: string, path: string): readonly string[] | undefined {
  const prefix = host === 'github.com' ? '/' : host === 'api.github.com' ? '/repos/' : undefined;
  if (prefix === undefined || !path.startsWith(prefix) || !isPlainPath(path)) return undefined;
  return RELEASE.exec(path.slice(prefix.length).toLowerCase())?.slice(1);
}

/** GitHub ignores the case of owner and repository names. */
function isBelow(hostname: string, folder: string, host: string, path: string): boolean {
  if (hostname !== 'github.com') return hostname === host && path.startsWith(folder);
  const prefix = host === 'github.com' ? '/' : GITHUB_PREFIXES[host];
  return prefix !== undefined && path.toLowerCase().startsWith(`${prefix}${folder.slice(1).toLowerCase()}`);
}

/**
 * Whether two hosts have the same registrable domain by the public suffix list, including its private part: `a.github.io` and
 * `b.github.io` are different. A domain on which anybody can publish (Discord, GitHub) never counts, because its front page is
 * not the package's own.
 */
function isOneDomain(one: string, other: string): boolean {
  const { domain } = parse(one, { allowPrivateDomains: true });
  return domain !== null && !isSharedDomain(domain) && domain === parse(other, { allowPrivateDomains: true }).domain;
}

/** Whether a path has no `..` and the like, with which a path below one folder leads to another folder. */
function isPlainPath(path: string): boolean {
  return !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$|\?)|\\|%2f|%5c/i.test(path);
}
