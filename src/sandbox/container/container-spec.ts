import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { HOME } from '../../ecosystems/places.js';
import type { SandboxLimits } from '../options.js';
import { KEEPER_USER } from './identity.js';

/** Parameters of a container. */
export interface ContainerPlan {
  readonly name: string;
  readonly image: string;
  readonly hostname: string;
  readonly labels: Record<string, string>;
  readonly network: string;
  /** The network's gateway: the only address that answers. */
  readonly gateway: string;
  readonly env: readonly string[];
  readonly limits: SandboxLimits;
  /** The volume for HOME; without one HOME is in memory. */
  readonly volume?: string;
  readonly runtime?: string;
}

const PERIOD_US = 100_000;
/** Docker's default is 1024: a busy sandbox must not starve the worker that has to end it. */
const CPU_SHARES = 512;
const SHM_BYTES = 64 * 1024 * 1024;
/** A file with content uses at least a page. The kernel's default is half the machine's pages, regardless of the size. */
const BYTES_PER_INODE = 4096;

function tmpfs(sizeBytes: number, more: string): string {
  const inodes = Math.ceil(sizeBytes / BYTES_PER_INODE);
  return `rw,nosuid,nodev,size=${sizeBytes},nr_inodes=${inodes},${more}`;
}

function limit(Name: string, value: number): { Name: string; Soft: number; Hard: number } {
  return { Name, Soft: value, Hard: value };
}

function homeOf({ volume, limits }: ContainerPlan): Pick<HostConfig, 'Mounts' | 'Tmpfs'> {
  if (volume === undefined) return { Tmpfs: { [HOME]: tmpfs(limits.homeBytes, 'exec,uid=1000,gid=1000,mode=0700') } };
  const options = { NoCopy: true, Labels: {}, DriverConfig: { Name: '', Options: {} } };
  return { Mounts: [{ Type: 'volume', Source: volume, Target: HOME, VolumeOptions: options }] };
}

/** No privileges, no host mounts, a read-only root, tmpfs with quotas, and an isolated network. */
export function containerSpec(plan: ContainerPlan): ContainerCreateOptions {
  const { limits } = plan;
  const home = homeOf(plan);
  return {
    name: plan.name,
    Image: plan.image,
    Hostname: plan.hostname,
    Labels: plan.labels,
    // Keeps the container alive and does nothing else: the actual work runs by exec, as another user. If the worker is killed and never
    // comes back, the container ends by itself.
    Cmd: ['sleep', String(Math.ceil(limits.lifetimeMs / 1000))],
    User: KEEPER_USER,
    Env: [...plan.env],
    WorkingDir: '/',
    HostConfig: {
      Init: true,
      NetworkMode: plan.network,
      Dns: [plan.gateway],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ReadonlyRootfs: true,
      ...home,
      Tmpfs: {
        ...home.Tmpfs,
        '/tmp': tmpfs(limits.tmpBytes, 'exec,mode=1777'),
        // The engine's default mount has no limit for inodes.
        '/dev/shm': tmpfs(SHM_BYTES, 'noexec,mode=1777'),
      },
      IpcMode: 'private',
      // A sparse file uses no space of a tmpfs, but of whatever copies it. `confine` limits open files.
      Ulimits: [limit('fsize', limits.homeBytes), limit('core', 0)],
      PidsLimit: limits.pids,
      Memory: limits.memoryBytes,
      MemorySwap: limits.memoryBytes,
      CpuPeriod: PERIOD_US,
      CpuQuota: Math.round(limits.cpus * PERIOD_US),
      CpuShares: CPU_SHARES,
      LogConfig: { Type: 'none', Config: {} },
      ...(plan.runtime === undefined ? {} : { Runtime: plan.runtime }),
    },
  };
}
