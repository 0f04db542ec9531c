/**
 * One spelling for a GitLab instance's address: every id is unique only within its instance, so this is part of each key.
 * Undefined for what is no http(s) address. A GitLab may live below a path.
 */
export function normalizeInstance(address: string): string | undefined {
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return undefined;
  }
  if ((url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '' || url.password !== '') {
    return undefined;
  }
  return url.origin + url.pathname.replace(/\/+$/, '');
}
