import { parse } from 'tldts';
import { isSharedDomain } from './shared-host.js';

/** Whose request it is judged for: what the package's manifest names as its own. Only of what a registry delivered. */
export type Sites = readonly string[];

/** Other hosts of GitHub at which a repository's files are, and where in their paths it stands. */
const GITHUB_PREFIXES: Readonly<Record<string, string>> = {
  'raw.githubusercontent.com': '/',
  'codeload.github.com': '/',
  'api.github.com': '/repos/',
};

/**
 * Whether an address is below one that a package names as its own. Where it names the front page of a domain, that whole domain is
 * its own (`https://cypress.io/` and `download.cypress.io`); where it names a page, what lies below that (`https://github.com/a/b/`):
 * on such hosts others have pages, too.
 */
export function isOwnSite(sites: Sites, host: string, path: string): boolean {
  return sites.some((site) => {
    const { hostname, pathname } = new URL(site);
    const folder = pathname.endsWith('/') ? pathname : `${pathname}/`;
    if (folder === '/') return isOneDomain(hostname, host);
    return isPlainPath(path) && isBelow(hostname, folder, host, path);
  });
}

/** GitHub takes names of owners and repositories in any case. */
function isBelow(hostname: string, folder: string, host: string, path: string): boolean {
  if (hostname !== 'github.com') return hostname === host && path.startsWith(folder);
  const prefix = host === 'github.com' ? '/' : GITHUB_PREFIXES[host];
  return prefix !== undefined && path.toLowerCase().startsWith(`${prefix}${folder.slice(1).toLowerCase()}`);
}

/**
 * By the public suffix list, its private part included: `a.github.io` and `b.github.io` are two. Whoever names the front page of a domain
 * on which anybody has a place (Discord, GitHub) names nothing of its own.
 */
function isOneDomain(one: string, other: string): boolean {
  const { domain } = parse(one, { allowPrivateDomains: true });
  return domain !== null && !isSharedDomain(domain) && domain === parse(other, { allowPrivateDomains: true }).domain;
}

/** Without steps upwards, by which a path below one folder leads to another. */
function isPlainPath(path: string): boolean {
  return !/(?:^|\/)(?:\.|%2e){1,2}(?:\/|$|\?)|\\|%2f|%5c/i.test(path);
}
