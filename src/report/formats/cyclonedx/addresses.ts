import { plain } from '../../text/plain.js';

const MAX_CHARS = 2_000;
/** `git@host:u/x.git`, ssh's way to write `ssh://git@host/u/x.git`. */
const SCP = /^([\w.-]+@[\w.-]+):(?!\/)/;

/** A network address without credentials, encoded so that any document can hold it; undefined when the text is not an address. */
export function urlOf(address: string): string | undefined {
  return /^https?:\/\//i.test(address) ? written(address) : undefined;
}

/** A repository and its commit, `URL#COMMIT`, as other documents write it: `git+URL@COMMIT`. */
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
  // Over ssh the user is part of the address; in others it may be a token.
  if (!/ssh:$/.test(url.protocol)) url.username = '';
  url.password = '';
  url.hash = '';
  // Parsers let through what addresses may not hold.
  return url.href.replace(/%(?![0-9a-f]{2})|[^\w\-.~:/?#@!$&()*+,;=%]/gi, encodeURIComponent);
}
