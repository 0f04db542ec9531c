import { isIP } from 'node:net';
import { GatewayError } from './errors.js';
import type { EgressMode } from './mode.js';

/**
 * `registry`: only what `allow` names. `open`: anything public, as Package Hunter did, beside what `allow` names. `none`: nothing.
 * A pattern is `host`, `*.parent` (any depth below, not the parent itself), each with an optional `:port`; without one the
 * ports are 443 and 80.
 */
export interface EgressPolicy {
  readonly mode: EgressMode;
  /** @defaultValue `DEFAULT_ALLOW` */
  readonly allow?: readonly string[];
}

/** Where npm gets packages from when nobody says otherwise. */
export const DEFAULT_ALLOW: readonly string[] = ['registry.npmjs.org'];

const DEFAULT_PORTS: readonly number[] = [443, 80];

/**
 * How far a permitted name may lead. A name that the operator wrote out may live at a private address (a company's own
 * registry); one that only matches a wildcard, or nothing, may not: whoever owns the name chooses the address.
 */
export type Reach = 'named' | 'public';

interface Pattern {
  readonly host: string;
  readonly wildcard: boolean;
  readonly ports: readonly number[];
}

/** A policy made ready. */
export interface CompiledPolicy {
  /** Undefined when it is refused. `port` is undefined for a DNS question. `host` as `parseHost` gives it. */
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
