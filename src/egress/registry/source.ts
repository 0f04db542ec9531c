import type { Readable } from 'node:stream';
import type { Permit } from '../doors/gatekeeper.js';
import type { Target } from '../target.js';
import type { KnownRegistry } from './known-registry.js';

/** A permitted question to a registry: one of its routes, without a body. */
export interface RegistryRequest {
  readonly target: Target;
  readonly permit: Permit;
  readonly registry: KnownRegistry;
  readonly method: 'GET' | 'HEAD';
  readonly path: string;
  /** What is passed on of the program's head, the registry's credentials included. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What a registry says, or who answers in its place. */
export interface RegistryAnswer {
  readonly status: number;
  readonly statusText?: string | undefined;
  /** Name, value, name, value …, without those of a connection. */
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  /** Why it is no answer of the registry's; undefined where it is one. */
  readonly fault?: string | undefined;
}

/** Where the answers of registries come from. */
export interface RegistrySource {
  /** It does not outlive `signal`. @throws EgressFailedError, or what Node says of the connection */
  answer(asked: RegistryRequest, signal: AbortSignal): Promise<RegistryAnswer>;
  close(): void;
}
