import { parse } from 'tldts';

/** Domains on which anybody can publish or be sent something, but which are not in the public suffix list. */
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
  'sentry.io',
  'webhook.site',
  'pastebin.com',
  'pipedream.net',
  'requestbin.com',
  'beeceptor.com',
  'interact.sh',
]);

/** Whether a domain is in that list. Hosts like `NAME.github.io` are not, because the public suffix list makes each a domain of its own. */
export function isSharedDomain(domain: string): boolean {
  return SHARED.has(domain);
}

/**
 * Whether several parties can receive what is sent to a host, so that unreadable data may be for any of them. Also true
 * for IP addresses and for names without a registrable domain, because they don't show who owns them.
 */
export function isSharedHost(kind: string): boolean {
  const { domain, isPrivate, isIp } = parse(kind, { allowPrivateDomains: true });
  if (isIp === true || domain === null) return true;
  return isPrivate === true || isSharedDomain(domain);
}
