import { fileURLToPath } from 'node:url';
import { type Check, fail, type Host, pass, warn } from './host.js';

const PROBE = fileURLToPath(new URL('../../../build/sensor/packwarden-probe', import.meta.url));
const WITNESS = fileURLToPath(new URL('../../../build/witness/packwarden-witness', import.meta.url));
/** The minimum for the eBPF program of the embedded sensor and for the witness (`openat2`). */
const SENSOR_KERNEL = [5, 15] as const;
const WITNESS_KERNEL = [5, 6] as const;

/** Checks the kernel and what the sensor needs from it. `embedded`: the embedded sensor is used, not Falco. */
export async function kernelChecks(host: Host, embedded: boolean): Promise<readonly Check[]> {
  const checks = [kernel(host, embedded), await btf(host, embedded), await cgroups(host), await witness(host)];
  return embedded ? [...checks, await sensor(host)] : checks;
}

function kernel({ release, arch }: Host, embedded: boolean): Check {
  const name = 'kernel';
  const what = `Linux ${release} on ${arch}`;
  if (embedded && arch !== 'x64')
    return fail(
      name,
      `${what}: the embedded sensor is for x86_64`,
      'set PACKWARDEN_FALCO_FILE or PACKWARDEN_FALCO_GRPC to a Falco',
    );
  if (embedded && !isFrom(release, SENSOR_KERNEL)) {
    return fail(
      name,
      `${what}: the embedded sensor needs 5.15`,
      'use a newer kernel, or a Falco (PACKWARDEN_FALCO_FILE)',
    );
  }
  if (!isFrom(release, WITNESS_KERNEL))
    return warn(name, `${what}: decoys are not watched below 5.6`, 'use a newer kernel');
  return pass(name, what);
}

function isFrom(release: string, [major, minor]: readonly [number, number]): boolean {
  const [, haveMajor = '0', haveMinor = '0'] = /^(\d+)\.(\d+)/.exec(release) ?? [];
  return Number(haveMajor) > major || (Number(haveMajor) === major && Number(haveMinor) >= minor);
}

async function btf(host: Host, embedded: boolean): Promise<Check> {
  const path = '/sys/kernel/btf/vmlinux';
  if (await host.exists(path)) return pass('btf', path);
  const fix = 'use a kernel that is built with CONFIG_DEBUG_INFO_BTF';
  return embedded
    ? fail('btf', `${path} does not exist: eBPF programs can't run on this kernel`, fix)
    : warn('btf', `${path} does not exist: Falco's modern eBPF driver needs it`, fix);
}

async function cgroups(host: Host): Promise<Check> {
  if (await host.exists('/sys/fs/cgroup/cgroup.controllers')) return pass('cgroups', 'version 2');
  if (await host.exists('/sys/fs/cgroup/memory')) return pass('cgroups', 'version 1');
  return fail(
    'cgroups',
    "no control groups are mounted: sandboxes can't be limited",
    'mount them: cgroupfs-mount, or systemd',
  );
}

async function witness(host: Host): Promise<Check> {
  const name = 'witness';
  const without = 'reads of decoys are only noticed through alerts';
  if (!(await host.exists(WITNESS))) return warn(name, `${WITNESS} is not built: ${without}`, 'scripts/build-sensor');
  if (!host.isRoot)
    return warn(name, `not running as root: ${without}`, 'run the worker as root, or give it CAP_SYS_ADMIN');
  return pass(name, 'built, and allowed to watch decoys');
}

async function sensor(host: Host): Promise<Check> {
  const name = 'sensor';
  if (!(await host.exists(PROBE)))
    return fail(name, `${PROBE} is not built`, 'scripts/build-sensor, or a Falco (PACKWARDEN_FALCO_FILE)');
  if (!host.isRoot)
    return fail(name, 'not running as root: the kernel refuses eBPF programs', 'run the worker as root');
  return pass(name, 'embedded, built');
}
