import type { ArgumentKind, BoundField, FieldDescription, FieldType, FieldValue } from './fields.js';

/**
 * The fields of Falco 0.40 (`falco --list`) by type; integers, times and doubles are all numbers here. Rules may use any of them; a
 * source's catalog decides which ones are filled.
 */
const NAMES: Readonly<Record<FieldType, string>> = {
  string: `
    evt.time evt.time.s evt.time.iso8601 evt.datetime evt.datetime.s evt.pluginname evt.plugininfo evt.source
    evt.asynctype evt.hostname evt.latency.human evt.dir evt.type syscall.type evt.category evt.args evt.arg
    evt.info evt.res evt.io_dir evt.abspath proc.exe proc.pexe proc.aexe proc.exepath proc.pexepath proc.aexepath
    proc.name proc.pname proc.aname proc.args proc.cmdline proc.pcmdline proc.acmdline proc.exeline proc.env
    proc.aenv proc.cwd proc.sname proc.sid.exe proc.sid.exepath proc.vpgid.name proc.vpgid.exe proc.vpgid.exepath
    proc.pgid.name proc.pgid.exe proc.pgid.exepath thread.cap_permitted thread.cap_inheritable thread.cap_effective
    thread.cgroups thread.cgroup proc.stdin.type proc.stdout.type proc.stderr.type proc.stdin.name proc.stdout.name
    proc.stderr.name user.name user.homedir user.shell user.loginname group.name container.id container.full_id
    container.name container.image container.image.id container.type container.mounts container.mount
    container.mount.source container.mount.dest container.mount.mode container.mount.rdwr
    container.mount.propagation container.image.repository container.image.tag container.image.digest
    container.healthcheck container.liveness_probe container.readiness_probe container.ip container.cni.json fd.type
    fd.typechar fd.name fd.directory fd.filename fd.l4proto fd.sockfamily fd.uid fd.containername
    fd.containerdirectory fd.cproto fd.sproto fd.lproto fd.rproto fd.cip.name fd.sip.name fd.lip.name fd.rip.name
    fd.nameraw fd.types fs.path.name fs.path.nameraw fs.path.source fs.path.sourceraw fs.path.target
    fs.path.targetraw syslog.facility.str syslog.severity.str syslog.message fdlist.nums fdlist.names fdlist.cips
    fdlist.sips fdlist.cports fdlist.sports k8s.ns.name k8s.pod.name k8s.pod.id k8s.pod.uid k8s.pod.sandbox_id
    k8s.pod.full_sandbox_id k8s.pod.label k8s.pod.labels k8s.pod.ip k8s.pod.cni.json`,
  number: `
    evt.num evt.rawtime evt.rawtime.s evt.rawtime.ns evt.reltime evt.reltime.s evt.reltime.ns evt.latency
    evt.latency.s evt.latency.ns evt.deltatime evt.deltatime.s evt.deltatime.ns evt.type.is evt.cpu evt.rawarg
    evt.buflen evt.rawres evt.wait_latency evt.count evt.count.error evt.count.error.file evt.count.error.net
    evt.count.error.memory evt.count.error.other evt.count.exit evt.around proc.cmdnargs proc.cmdlenargs
    proc.loginshellid proc.tty proc.pid proc.ppid proc.apid proc.vpid proc.pvpid proc.sid proc.vpgid proc.pgid
    proc.duration proc.ppid.duration proc.pid.ts proc.ppid.ts proc.exe_ino proc.exe_ino.ctime proc.exe_ino.mtime
    proc.exe_ino.ctime_duration_proc_start proc.exe_ino.ctime_duration_pidns_start proc.pidns_init_start_ts
    proc.fdopencount proc.fdlimit proc.fdusage proc.vmsize proc.vmrss proc.vmswap thread.pfmajor thread.pfminor
    thread.tid thread.vtid thread.exectime thread.totexectime proc.nthreads proc.nchilds thread.cpu thread.cpu.user
    thread.cpu.system thread.vmsize thread.vmrss user.uid user.loginuid group.gid container.start_ts
    container.duration fd.num fd.dev fd.dev.major fd.dev.minor fd.ino syslog.facility syslog.severity`,
  bool: `
    evt.is_async evt.failed evt.is_io evt.is_io_read evt.is_io_write evt.is_wait evt.is_syslog evt.is_open_read
    evt.is_open_write evt.is_open_exec evt.is_open_create proc.is_exe_writable proc.is_exe_upper_layer
    proc.is_exe_lower_layer proc.is_exe_from_memfd proc.is_sid_leader proc.is_vpgid_leader proc.is_pgid_leader
    proc.is_container_healthcheck proc.is_container_liveness_probe proc.is_container_readiness_probe thread.ismain
    container.privileged container.host_pid container.host_network container.host_ipc fd.is_server fd.connected
    fd.name_changed fd.is_upper_layer fd.is_lower_layer`,
  ip: `
    fd.ip fd.cip fd.sip fd.lip fd.rip`,
  net: `
    fd.net fd.cnet fd.snet fd.lnet fd.rnet`,
  port: `
    fd.port fd.cport fd.sport fd.lport fd.rport fd.proto`,
  bytes: `
    evt.buffer`,
};

/** Fields with a required argument, and those with an optional one. */
const REQUIRED = new Set(
  'evt.arg evt.rawarg evt.type.is thread.cgroup container.mount container.mount.source container.mount.dest container.mount.mode container.mount.rdwr container.mount.propagation k8s.pod.label'.split(
    ' ',
  ),
);
const ANCESTORS = new Set('proc.aexe proc.aexepath proc.aname proc.acmdline proc.apid proc.aenv'.split(' '));
const OPTIONAL = new Set([...ANCESTORS, 'proc.env', 'evt.abspath', 'evt.around']);
/** Fields with several values of which one must match: all ancestors if there is no index, and both ends of a connection. */
const EITHER_END = new Set(['fd.ip', 'fd.port', 'fd.net', 'fd.proto']);
/** Fields that are compared by resolving the constants to addresses: only `=`, `!=` and `in` with constants (libs sinsp_filtercheck_fd). */
const COMPARE_ONLY = new Set(['fd.cip.name', 'fd.sip.name', 'fd.lip.name', 'fd.rip.name']);
const LISTS = new Set(['fd.types']);

/** A field as known by the language, independent of a source. */
export interface FalcoField {
  readonly name: string;
  readonly type: FieldType;
  readonly argument: ArgumentKind;
}

/** All of Falco's fields by name. */
export const FALCO_FIELDS: ReadonlyMap<string, FalcoField> = new Map(
  (Object.entries(NAMES) as [FieldType, string][]).flatMap(([type, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map((name): [string, FalcoField] => [name, { name, type, argument: argumentOf(name) }]),
  ),
);

function argumentOf(name: string): ArgumentKind {
  if (REQUIRED.has(name)) return 'required';
  return OPTIONAL.has(name) ? 'optional' : 'none';
}

/**
 * Binds a Falco field with its argument to `extract`; type, list-ness and limits are Falco's. Undefined if Falco does not have the field,
 * or not with (or without) an argument.
 */
export function bindFalcoField<E>(
  name: string,
  argument: string | undefined,
  extract: (event: E) => FieldValue | undefined,
  cost = 0,
): BoundField<E> | undefined {
  const known = FALCO_FIELDS.get(name);
  if (known === undefined) return undefined;
  if (known.argument === 'required' && argument === undefined) return undefined;
  if (known.argument === 'none' && argument !== undefined) return undefined;
  const any = EITHER_END.has(name) || (ANCESTORS.has(name) && argument === undefined);
  const written = argument === undefined ? name : `${name}[${argument}]`;
  return {
    name: written,
    type: known.type,
    list: any || LISTS.has(name),
    cost,
    extract,
    ...(any && { any }),
    ...(COMPARE_ONLY.has(name) && { compareOnly: true }),
  };
}

/** A Falco field that a source never fills: it exists, but is missing on every event. */
export function bindUnfilled<E>(name: string, argument: string | undefined): BoundField<E> | undefined {
  const field = bindFalcoField<E>(name, argument, () => undefined);
  return field === undefined ? undefined : { ...field, unfilled: true };
}

/**
 * Describes Falco's fields for display. `isFilled` tells which ones a source fills, `eventsOf` which event types contain one, if not all
 * do.
 */
export function describeFalcoFields(
  isFilled: (name: string) => boolean,
  eventsOf: (name: string) => readonly string[] | undefined = () => undefined,
): FieldDescription[] {
  return [...FALCO_FIELDS.values()].map(({ name, type, argument }) => {
    const events = eventsOf(name);
    const list = LISTS.has(name) || EITHER_END.has(name);
    return { name, type, list, argument, filled: isFilled(name), ...(events && { events }) };
  });
}
