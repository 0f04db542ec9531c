/**
 * Normalizes the address of a GitLab instance. Ids are only unique within their instance, so it is part of each key. Undefined if it is not
 * an http(s) address. A GitLab may be below a path.
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
