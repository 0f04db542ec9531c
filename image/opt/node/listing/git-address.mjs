// The ways in which records write a commit of a git repository.

const GIT = /^(?:git[+:@]|ssh:|[\w.-]+@[\w.-]+:)|^https?:\/\/[^#]+\.git(?:#|$)|#(?:.*&)?commit=/;
/** `github:u/x#COMMIT`. */
const SHORT = /^(github|gitlab|bitbucket):([^#]+)(#.*)?$/;
/** `git@host:u/x.git`, ssh's way to write `ssh://git@host/u/x.git`. */
const SCP = /^(?:git\+)?([\w.-]+@[\w.-]+):(?!\/\/)/;
/** @type {Readonly<Record<string, string>>} */
const HOSTS = { github: 'github.com', gitlab: 'gitlab.com', bitbucket: 'bitbucket.org' };
/** Git hosts hand out a commit as a tarball: host, repository and commit. */
const TARBALLS = [
  /^https:\/\/codeload\.(github\.com)\/([^/]+\/[^/]+)\/(?:legacy\.)?tar\.gz\/([^/?#]+)/,
  /^https:\/\/(bitbucket\.org)\/([^/]+\/[^/]+)\/get\/([^/?#]+)\.tar\.gz/,
  /^https:\/\/(gitlab\.com)\/([^?#]+)\/-\/archive\/([^/?#]+)\//,
  /^https:\/\/(gitlab\.com)\/api\/v4\/projects\/([^/]+)\/repository\/archive\.tar\.gz\?(?:ref|sha)=(\w+)/,
];

/**
 * An address that git can clone, with the commit behind `#` where the record has one; undefined for what is no git address.
 * @param {string} address
 */
export function gitAddress(address) {
  const [, provider, path, commit = ''] = SHORT.exec(address) ?? [];
  if (provider !== undefined) return `https://${HOSTS[provider]}/${path}.git${commit}`;
  for (const pattern of TARBALLS) {
    const [, host, repository = '', reference] = pattern.exec(address) ?? [];
    if (host !== undefined) return `https://${host}/${repository.replaceAll('%2F', '/')}.git#${reference}`;
  }
  if (!GIT.test(address)) return undefined;
  const [, where = '', behind = ''] = /^([^#]*)#?(.*)$/s.exec(address) ?? [];
  const reference = /(?:^|&)commit=([^&]+)/.exec(behind)?.[1] ?? behind;
  const url = where.replace(SCP, 'ssh://$1/');
  return reference === '' ? url : `${url}#${reference}`;
}
