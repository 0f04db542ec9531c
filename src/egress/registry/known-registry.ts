import type { Target } from '../target.js';

/** A package registry, or the part of a host that is one. */
export interface KnownRegistry {
  /** `https://host[:port]/path/`; the credentials apply to everything below it. */
  readonly url: string;
  /** Value of the `Authorization` header, known to the gateway but not to the sandbox; absent if the registry needs none. */
  readonly authorization?: string | undefined;
}

/** Host and port of a registry. */
export function targetOf(registry: KnownRegistry): Target {
  const { hostname, port, protocol } = new URL(registry.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'http:' ? 80 : 443)) };
}
