import { isIP } from 'node:net';
import { GatewayError } from './errors.js';
import type { EgressMode } from './mode.js';

/**
 * `registry`: only hosts in `allow`. `open`: in addition anything public, as in Package Hunter. `none`: nothing. A pattern is `host` or
 * `*.parent` (any depth below the parent, but not the parent itself), with an optional `:port`; without a port, 443 and 80 are allowed.
 */
export interface EgressPolicy {
  readonly mode: EgressMode;
  /** @defaultValue `DEFAULT_ALLOW` */
  readonly allow?: readonly string[];
}

/** The default registry of npm. */
export const DEFAULT_ALLOW: readonly string[] = ['registry.npmjs.org'];

const DEFAULT_PORTS: readonly number[] = [443, 80];

/**
 * Which addresses a permitted name may resolve to. `named`: the operator listed the name explicitly, so it may be at a private address (a
 * company's own registry). `public`: it only matches a wildcard or the open mode, so it may not, because the owner of the name chooses its
 * address.
 */
export type Reach = 'named' | 'public';

interface Pattern {
  readonly host: string;
  readonly wildcard: boolean;
  readonly ports: readonly number[];
}

/** A policy with parsed patterns. */
export interface CompiledPolicy {
  /** Undefined if refused. `port` is undefined for a DNS query. `host` must come from `parseHost`. */
  reach(host: string, port: number | undefined): Reach | undefined;
}

/** @throws GatewayError `bad-pattern` */
export function compilePolicy(policy: EgressPolicy): CompiledPolicy {
  const patterns = (policy.allow ?? DEFAULT_ALLOW).map(parsePattern);
  return {
    reach(host, port) {
      if (policy.mode === 'none') return undefined;
      const matching = patterns.filter((pattern) => matches(pattern, host, port));
      if (matching.some((pattern) => !pattern.wildcard)) return 'named';
      return matching.length > 0 || policy.mode === 'open' ? 'public' : undefined;
    },
  };
}

function parsePattern(text: string): Pattern {
  const match = /^(\*\.)?([a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::(\d{1,5}))?$/.exec(text.toLowerCase());
  const host = match?.[2];
  if (host === undefined) throw new GatewayError('bad-pattern', `not a host pattern: ${JSON.stringify(text)}`);
  const port = match?.[3];
  return { host, wildcard: match?.[1] !== undefined, ports: port === undefined ? DEFAULT_PORTS : [Number(port)] };
}

function matches(pattern: Pattern, host: string, port: number | undefined): boolean {
  if (port !== undefined && !pattern.ports.includes(port)) return false;
  if (!pattern.wildcard) return host === pattern.host;
  return isIP(host) === 0 && host.endsWith(`.${pattern.host}`);
}
