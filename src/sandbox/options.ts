import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { ImageName } from '../ecosystems/images.js';
import type { RegistryCache } from '../egress/cache/port.js';
import type { EgressMode } from '../egress/mode.js';
import type { EgressPolicy } from '../egress/policy.js';
import type { Sink } from '../egress/upstream/sink.js';
import type { Clock } from '../jobs/ports.js';
import type { RandomBytes } from './decoys/decoy.js';

const MIB = 1024 * 1024;

/** What one sandbox may use of the machine. */
export interface SandboxLimits {
  /** Everything the container holds, its tmpfs included; there is no swap beyond it. */
  readonly memoryBytes: number;
  /** In processors, fractions allowed. */
  readonly cpus: number;
  /** Processes and threads. */
  readonly pids: number;
  /**
   * HOME with the project and the package manager's cache, and the largest file. With `tmpBytes` it must stay below
   * `memoryBytes`, unless HOME is on a disk (`diskFolder`).
   */
  readonly homeBytes: number;
  readonly tmpBytes: number;
  /** How long one dependency may take to load, in the import phase. */
  readonly importEachMs: number;
  /** How long a loaded package whose timers or sockets keep it alive is watched before it is ended, in milliseconds. */
  readonly lingerMs: number;
  /** After so long the container ends by itself, should its worker be gone for good; more than all deadlines of a job. In milliseconds. */
  readonly lifetimeMs: number;
  /** Deadline of the steps that have none of their own: unpacking, listing, canary. */
  readonly stepMs: number;
}

/** Enough for large front-end projects (node_modules of 1.5 GB). */
export const DEFAULT_LIMITS: SandboxLimits = {
  memoryBytes: 4096 * MIB,
  // Measured with a fork bomb on two processors: with half of one left, the worker's event loop was never late by more than 0.1 s.
  cpus: Math.max(1, Math.min(2, availableParallelism() - 0.5)),
  pids: 1024,
  homeBytes: 2560 * MIB,
  tmpBytes: 512 * MIB,
  importEachMs: 15_000,
  lingerMs: 3_000,
  lifetimeMs: 3 * 3_600_000,
  stepMs: 300_000,
};

/** A registry beside the default one, or the default one with its credentials. */
export interface SandboxRegistry {
  readonly url: string;
  /** npm scopes that are installed from it, each with its `@`. */
  readonly scopes: readonly string[];
  /** Value of the `Authorization` header that the gateway adds; the sandbox never holds it. Needs an https URL. */
  readonly authorization?: string;
}

/** The images by the name that a package manager gives (`ImageName`). */
export type SandboxImages = Readonly<Record<ImageName, string>>;

export interface SandboxOptions {
  /** @defaultValue `/var/run/docker.sock` */
  readonly dockerSocket?: string;
  /** Of the worker; `sweep` removes only what carries it, so that two workers on one engine leave each other alone. */
  readonly instance: string;
  /** The images of `imageTags()`. */
  readonly images: SandboxImages;
  readonly egress: EgressPolicy;
  /** The widest mode that a job gets, whatever it asks for. @defaultValue that of `egress` */
  readonly maxEgress?: EgressMode;
  readonly registries?: readonly SandboxRegistry[];
  /** `http://user:password@host:port`: the proxy that leads out of the company. */
  readonly upstreamProxy?: string;
  /** The registry that package managers are pointed at, e.g. `https://registry.npmjs.org/`. */
  readonly registry: string;
  /** What is answered in the place of a refused host. @defaultValue nothing: it is refused at the door */
  readonly sink?: Sink | undefined;
  /** PEM: certificate authorities that the gateway trusts beside the public ones. */
  readonly extraCa?: string;
  /** Of the worker: what its jobs ask of the registries is kept in it. */
  readonly cache?: RegistryCache | undefined;
  /** An OCI runtime as the engine knows it, e.g. `runsc`. */
  readonly runtime?: string;
  /** Where HOME is put on a disk of `homeBytes`, instead of in memory: a folder of the host. Needs root. */
  readonly diskFolder?: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly clock: Clock;
  /** Decoys are made from it. */
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}
