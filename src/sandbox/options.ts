import { availableParallelism } from 'node:os';
import type { Logger } from 'pino';
import type { ImageName } from '../ecosystems/image/images.js';
import type { RegistryCache } from '../egress/cache/port.js';
import type { EgressMode } from '../egress/mode.js';
import type { EgressPolicy } from '../egress/policy.js';
import type { Sink } from '../egress/upstream/sink.js';
import type { Clock } from '../jobs/ports.js';
import type { RandomBytes } from './decoys/decoy.js';

const MIB = 1024 * 1024;

/** The share of the machine that one sandbox may use. */
export interface SandboxLimits {
  /** All memory of the container, including its tmpfs; there is no swap. */
  readonly memoryBytes: number;
  /** Number of processors; fractions are allowed. */
  readonly cpus: number;
  /** Processes and threads. */
  readonly pids: number;
  /**
   * Size of HOME, which holds the project and the package manager's cache, and of the largest file. Together with `tmpBytes` it must stay
   * below `memoryBytes`, unless HOME is on a disk (`diskFolder`).
   */
  readonly homeBytes: number;
  readonly tmpBytes: number;
  /** Deadline for loading one dependency, in the import phase. */
  readonly importEachMs: number;
  /** How long a loaded package that is kept alive by timers or sockets is observed before it is ended, in milliseconds. */
  readonly lingerMs: number;
  /**
   * The container ends by itself after this time, in case its worker never comes back; longer than all deadlines of a job together. In
   * milliseconds.
   */
  readonly lifetimeMs: number;
  /** Deadline of the steps without one of their own: unpacking, listing, canary. */
  readonly stepMs: number;
}

/** Enough for large front-end projects (node_modules of 1.5 GB). */
export const DEFAULT_LIMITS: SandboxLimits = {
  memoryBytes: 4096 * MIB,
  // Measured with a fork bomb on two processors: leaving half of a processor free kept the delay of the worker's event loop below 0.1 s.
  cpus: Math.max(1, Math.min(2, availableParallelism() - 0.5)),
  pids: 1024,
  homeBytes: 2560 * MIB,
  tmpBytes: 512 * MIB,
  importEachMs: 15_000,
  lingerMs: 3_000,
  lifetimeMs: 3 * 3_600_000,
  stepMs: 300_000,
};

/** An additional registry, or the credentials of the default one. */
export interface SandboxRegistry {
  readonly url: string;
  /** The npm scopes that are installed from it, each with its `@`. */
  readonly scopes: readonly string[];
  /** Value of the `Authorization` header that the gateway adds; the sandbox never sees it. Needs an https URL. */
  readonly authorization?: string;
}

/** The images by the name that package managers use (`ImageName`). */
export type SandboxImages = Readonly<Record<ImageName, string>>;

export interface SandboxOptions {
  /** @defaultValue `/var/run/docker.sock` */
  readonly dockerSocket?: string;
  /** Name of the worker. `sweep` removes only resources with this label, so several workers can share an engine. */
  readonly instance: string;
  /** The images of `imageTags()`. */
  readonly images: SandboxImages;
  readonly egress: EgressPolicy;
  /** The most permissive mode that a job may get. @defaultValue that of `egress` */
  readonly maxEgress?: EgressMode;
  readonly registries?: readonly SandboxRegistry[];
  /** `http://user:password@host:port`: the company's proxy for access to the internet. */
  readonly upstreamProxy?: string;
  /** The registry that package managers are configured to use, e.g. `https://registry.npmjs.org/`. */
  readonly registry: string;
  /** Answers on behalf of refused hosts. @defaultValue none: connections to them are refused */
  readonly sink?: Sink | undefined;
  /** PEM: certificate authorities that the gateway trusts in addition to the public ones. */
  readonly extraCa?: string;
  /** The worker's cache for registry requests, shared by its jobs. */
  readonly cache?: RegistryCache | undefined;
  /** An OCI runtime registered with the engine, e.g. `runsc`. */
  readonly runtime?: string;
  /** Folder on the host for disk images. If set, HOME is on a disk of `homeBytes` instead of in memory. Needs root. */
  readonly diskFolder?: string;
  readonly limits?: Partial<SandboxLimits>;
  readonly clock: Clock;
  /** Source of the decoys' random values. */
  readonly randomBytes: RandomBytes;
  readonly log: Logger;
}
