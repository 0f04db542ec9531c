import type { GrpcTarget } from '../../falco/grpc-client.js';
import type { RedisFacts } from '../../queue/redis-facts.js';
import type { EngineFacts } from '../../sandbox/host/engine-facts.js';

/** A check and its result. */
export interface Check {
  readonly name: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly message: string;
  /** How to fix it; null if there is nothing to fix. */
  readonly fix: string | null;
}

/** An answer to a GET. */
export interface HttpAnswer {
  readonly status: number;
  /** The server's clock, in milliseconds since the epoch; null if the answer does not contain it. */
  readonly dateMs: number | null;
  readonly text: string;
}

/** This machine and what it can reach, as an interface for the checks; `machine.ts` implements it. */
export interface Host {
  /** The release of the kernel, e.g. `6.1.0-28-amd64`. */
  readonly release: string;
  readonly arch: string;
  readonly isRoot: boolean;
  nowMs(): number;
  /** Null when it can't be read. */
  readText(path: string): Promise<string | null>;
  exists(path: string): Promise<boolean>;
  hasProgram(name: string): Promise<boolean>;
  /** For the folder, or its nearest existing ancestor. */
  freeBytes(folder: string): Promise<number>;
  isWritable(folder: string): Promise<boolean>;
  /** @throws if there is no answer before the timeout */
  get(url: string): Promise<HttpAnswer>;
  /** @throws SandboxError */
  engine(): Promise<EngineFacts>;
  /** @throws when it does not answer */
  redis(url: string): Promise<RedisFacts>;
  /** Why the configured S3 store can't be used; null if it can. @throws ConfigError */
  storeFault(): Promise<string | null>;
  /** @throws when it does not answer */
  falcoVersion(target: GrpcTarget): Promise<string>;
}

export const pass = (name: string, message: string): Check => ({ name, status: 'pass', message, fix: null });
export const warn = (name: string, message: string, fix: string): Check => ({
  name,
  status: 'warn',
  message,
  fix,
});
export const fail = (name: string, message: string, fix: string): Check => ({
  name,
  status: 'fail',
  message,
  fix,
});

/** The message of an error, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return `${error.message}${inner}`.replaceAll(/\s+/g, ' ');
}
