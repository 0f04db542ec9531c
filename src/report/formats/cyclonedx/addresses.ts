import { plain } from '../../text/plain.js';

const MAX_CHARS = 2_000;
/** `git@host:u/x.git`, the scp-like notation for `ssh://git@host/u/x.git`. */
const SCP = /^([\w.-]+@[\w.-]+):(?!\/)/;

/** A web address without credentials, encoded so that any document can contain it; undefined if the text is not such an address. */
export function urlOf(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? written(address) : undefined;
}

/** A repository and its commit: `URL#COMMIT` becomes `git+URL@COMMIT`, the notation of other documents. */
export function vcsUrlOf(address: string): string | undefined {
  const repository = repositoryOf(address);
  if (repository === undefined) return undefined;
  const commit = address.includes('#') ? plain(address.slice(address.indexOf('#') + 1)) : '';
  const scheme = repository.startsWith('git') ? '' : 'git+';
  return `${scheme}${repository}${commit === '' ? '' : `@${encodeURIComponent(commit)}`}`;
}

/** The address of a repository, without its commit. */
export function repositoryOf(address: string): string | undefined {
  const url = address.replace(SCP, 'ssh://$1/');
  return /^(?:git|(?:git\+)?(?:https?|ssh|file)):\/\//i.test(url) ? written(url) : undefined;
}

function written(address: string): string | undefined {
  if (address.length > MAX_CHARS || !URL.canParse(address)) return undefined;
  const url = new URL(address);
  // With ssh, the user name is part of the address; with other protocols it may be a token.
  if (!/ssh:$/.test(url.protocol)) url.username = '';
  url.password = '';
  url.hash = '';
  // URL parsers accept characters that a valid address must not contain.
  return url.href.replace(/%(?![0-9a-f]{2})|[^\w\-.~:/?#@!$&()*+,;=%]/gi, encodeURIComponent);
}
