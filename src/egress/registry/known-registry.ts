import type { Target } from '../target.js';

/** A package registry, or the part of a host that is one. */
export interface KnownRegistry {
  /** `https://host[:port]/path/`; the credentials are for what lies below it. */
  readonly url: string;
  /** Value of the `Authorization` header, which the gateway has and the sandbox has not; absent where it wants none. */
  readonly authorization?: string | undefined;
}

/** Where a registry is. */
export function targetOf(registry: KnownRegistry): Target {
  const { hostname, port, protocol } = new URL(registry.url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (protocol === 'http:' ? 80 : 443)) };
}
