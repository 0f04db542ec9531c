import { parse } from 'tldts';

/** Domains on which anybody may put something, and which the public suffix list does not name as such. */
const SHARED: ReadonlySet<string> = new Set([
  'github.com',
  'gitlab.com',
  'bitbucket.org',
  'sourceforge.net',
  'huggingface.co',
  'npmjs.org',
  'unpkg.com',
  'jsdelivr.net',
  'google.com',
  'googleapis.com',
  'dropbox.com',
  'discord.com',
  'telegram.org',
  'slack.com',
]);

/** Whether a domain is one of those. Pages of one maker each (`NAME.github.io`) have domains of their own by the list. */
export function isSharedDomain(domain: string): boolean {
  return SHARED.has(domain);
}

/** Whether others than one maker can receive what is sent to a host: what can't be read there may be for anybody. Addresses are nobody's. */
export function isSharedHost(kind: string): boolean {
  const { domain, isPrivate, isIp } = parse(kind, { allowPrivateDomains: true });
  if (isIp === true || domain === null) return true;
  return isPrivate === true || isSharedDomain(domain);
}
