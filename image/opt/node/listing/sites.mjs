// The sites that a package's manifest names as its own: they distinguish an honest download from another.
import { gitAddress } from './git-address.mjs';
import { recordOf, textOf } from './values.mjs';

const MAX_SITE_CHARS = 500;
/** `owner/name`, npm's way to write a repository of GitHub. */
const GITHUB = /^[\w.-]+\/[\w.-]+$/;

/**
 * The addresses of a package's repository, of its home page and of the host of its prebuilt binaries (`binary.host` of
 * node-pre-gyp), as far as they are on the web.
 * @param {import('./types.d.ts').Manifest} manifest
 */
export function sitesOf({ repository, homepage, binary }) {
  const named = textOf(repository) ?? textOf(recordOf(repository).url);
  const sites = [named && repositoryAt(named), textOf(homepage), textOf(recordOf(binary).host)];
  return [...new Set(sites.filter((site) => site !== undefined).flatMap(webAddress))];
}

/** @param {string} address */
function repositoryAt(address) {
  const git = gitAddress(GITHUB.test(address) ? `github:${address}` : address) ?? address;
  return git
    .replace(/^(?:git\+)?(?:https?|ssh|git):\/\/(?:[^@/]*@)?/, 'https://')
    .replace(/(?:\.git)?\/?(?:#.*)?$/, '/');
}

/** @param {string} address */
function webAddress(address) {
  if (!URL.canParse(address)) return [];
  const { protocol, host, pathname } = new URL(address);
  const isWeb = (protocol === 'https:' || protocol === 'http:') && host !== '';
  return isWeb && host.length + pathname.length < MAX_SITE_CHARS ? [`https://${host}${pathname}`] : [];
}
