import type { Readable } from 'node:stream';
import type { Permit } from '../doors/gatekeeper.js';
import type { Target } from '../target.js';
import type { KnownRegistry } from './known-registry.js';

/** A permitted request to a registry: one of its routes, without a body. */
export interface RegistryRequest {
  readonly target: Target;
  readonly permit: Permit;
  readonly registry: KnownRegistry;
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** The headers to send, including the registry's credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The answer of a registry, or of the cache in its place. */
export interface RegistryAnswer {
  readonly status: number;
  readonly statusText?: string | undefined;
  /** Name, value, name, value …, without hop-by-hop headers. */
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  /** Why the registry did not answer; undefined if this is its answer. */
  readonly fault?: string | undefined;
}

/** Provides the answers of registries. */
export interface RegistrySource {
  /** Ends with `signal`. @throws EgressFailedError, or Node's error of the connection */
  answer(asked: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer>;
  close(): void;
}
