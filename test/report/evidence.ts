import type { InstalledPackage } from '../../src/ecosystems/installed-package.js';
import { NO_EGRESS } from '../../src/egress/evidence.js';
import type { Alert } from '../../src/falco/alert.js';
import { ActingMarks } from '../../src/report/attribution/acting-marks.js';
import { HookReads } from '../../src/report/attribution/files/hook-reads.js';
import { PackageCodeReads } from '../../src/report/attribution/files/package-code-reads.js';
import { ProcessTree, TRACE_RULE } from '../../src/report/attribution/processes/process-tree.js';
import { NOTHING_MEASURED } from '../../src/report/behaviours/usual.js';
import { Contacts } from '../../src/report/evidence/egress/contacts.js';
import { NO_SECRETS } from '../../src/report/evidence/found-secrets.js';
import { LoadMarks } from '../../src/report/evidence/load-groups.js';
import { ProjectWrites } from '../../src/report/evidence/project-writes.js';
import { type Step, type StepKind, Steps } from '../../src/report/evidence/steps.js';
import { NOTHING_KNOWN } from '../../src/report/findings/lowering/known-packages.js';
import type { Evidence } from '../../src/report/job-evidence.js';

export const PROJECT = '/home/ci/project';
export const EPOCH = 1_795_226_320;

/** An alert `second` seconds into the job. */
export function alertAt(
  second: number,
  rule: string,
  fields: Record<string, string>,
  priority: Alert['priority'] = 'WARNING',
): Alert {
  const time = { seconds: String(EPOCH + Math.floor(second)), nanos: Math.round((second % 1) * 1e9) };
  return { time, priority, source: 'syscall', rule, output: rule, fields, hostname: 'h', tags: [] };
}

export function pkg(
  path: string,
  dependencies: string[] = [],
  scripts: string[] = [],
  realPath?: string,
): InstalledPackage {
  const name = path === '.' ? 'app' : (path.split('node_modules/').at(-1) ?? path);
  return {
    name,
    version: '1.0.0',
    path,
    realPath: realPath ?? (path === '.' ? PROJECT : `${PROJECT}/${path}`),
    from: {
      kind: path === '.' ? 'project' : realPath === undefined ? 'registry' : 'link',
      resolved: null,
      integrity: path === '.' || realPath !== undefined ? null : 'sha512-x',
    },
    optional: false,
    scripts,
    dependencies,
  };
}

/** `[second, pid, ppid, cwd, cmdline]`; the program file follows from the command line's first word. */
export type Start = readonly [number, number, number, string, string];

const KINDS: readonly StepKind[] = ['own', 'fetch', 'project-code', 'scripts', 'load', 'load-many', 'call', 'canary'];

/** Looks up a step by its id, which is its kind, for scripts with a package of node_modules or the project (`scripts:left`, `scripts:project`). */
class NamedSteps extends Steps {
  override get(id: string): Step | undefined {
    const [name, path] = id.split(':');
    const kind = KINDS.find((known) => known === name);
    if (kind === undefined) return super.get(id);
    return {
      id,
      kind,
      folder: path === undefined ? null : path === 'project' ? PROJECT : `${PROJECT}/node_modules/${path}`,
    };
  }
}

/** The steps of every sandbox here. */
export const STEPS: Steps = new NamedSteps();

/** The worker's step that fetches: pid 10, as which the package manager runs. */
export const FETCH: readonly Start[] = [
  [0.8, 10, 9, PROJECT, 'confine step=fetch npm ci --ignore-scripts'],
  [0.9, 10, 9, PROJECT, 'npm node /usr/local/bin/npm ci --ignore-scripts'],
  [1, 10, 9, PROJECT, 'node /usr/local/bin/npm ci --ignore-scripts'],
];

/** The worker's step that runs the scripts of a package, as pid 10: `name` of a package in node_modules, or `project`. */
export function scriptsOf(name: string, pid = 10): readonly Start[] {
  const cwd = name === 'project' ? PROJECT : `${PROJECT}/node_modules/${name}`;
  return [
    [0.8, pid, 9, cwd, `confine step=scripts:${name} node /opt/ci/node/run-scripts.cjs ${cwd} install`],
    [1, pid, 9, cwd, `node /opt/ci/node/run-scripts.cjs ${cwd} install`],
  ];
}

/** The worker's step of the import phase: pid 10. */
export const IMPORT: readonly Start[] = [
  [0.8, 10, 9, PROJECT, `confine step=load node /opt/ci/node/import-all.mjs ${PROJECT}`],
  [1, 10, 9, PROJECT, `node /opt/ci/node/import-all.mjs ${PROJECT}`],
];

const EXEPATHS: Readonly<Record<string, string>> = {
  confine: '/opt/ci/confine',
  npm: '/usr/bin/env',
  node: '/usr/local/bin/node',
  sh: '/usr/bin/dash',
};

/** A started program, as in its trace alert. */
export function startAlert([second, pid, ppid, cwd, cmdline]: Start, more: Record<string, string> = {}): Alert {
  const program = cmdline.split(' ')[0] ?? '';
  return alertAt(second, TRACE_RULE, {
    'proc.pid': String(pid),
    'proc.ppid': String(ppid),
    'proc.cwd': `${cwd}/`,
    'proc.cmdline': cmdline,
    'proc.cmdnargs': String(cmdline.split(' ').length - 1),
    'proc.exepath': EXEPATHS[program] ?? (program.startsWith('/') ? program : `/usr/bin/${program}`),
    ...more,
  });
}

export function treeOf(starts: readonly Start[]): ProcessTree {
  const tree = new ProcessTree();
  for (const start of starts) tree.add(startAlert(start));
  return tree;
}

/** A watched install without packages; each test changes the part that it is about. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    job: { id: '0b0e9c36-4f27-4a3e-9f0e-2f4f3f0f8a11', ecosystem: 'npm', submittedAt: EPOCH * 1000 },
    finishedAt: (EPOCH + 20) * 1000,
    containerId: 'c'.repeat(64),
    gateway: '172.18.0.1',
    compared: { changes: [], overflowed: 0, problem: null },
    hostname: 'h',
    projectDir: PROJECT,
    manager: { name: 'npm', version: '12.2.0', reason: 'the request asks for it', leftOut: [] },
    phases: [
      { name: 'fetch', command: 'npm ci', exitCode: 0, durationMs: 1000, timedOut: false },
      { name: 'install', command: 'lifecycle scripts', exitCode: 0, durationMs: 1000, timedOut: false },
      { name: 'import', command: 'load', exitCode: 0, durationMs: 100, timedOut: false },
    ],
    phaseStarts: [
      { name: 'fetch', at: (EPOCH - 5) * 1000 },
      { name: 'install', at: EPOCH * 1000 },
      { name: 'import', at: (EPOCH + 10) * 1000 },
    ],
    monitoring: { source: 'falco 0.43.1 (grpc)', openingCanaryMs: 40, closingCanaryMs: 38, drops: 0 },
    alerts: [],
    tree: new ProcessTree(),
    steps: STEPS,
    disagreements: [],
    commands: new Map(),
    brought: new Set(),
    packages: [pkg('.')],
    egressMode: 'registry',
    ...NO_EGRESS,
    contacts: new Contacts(),
    writes: new ProjectWrites(),
    marks: new LoadMarks(),
    acting: new ActingMarks(),
    codeReads: new PackageCodeReads(),
    hookReads: new HookReads(),
    known: NOTHING_KNOWN,
    behaviours: NOTHING_MEASURED,
    baseline: [],
    projectBaseline: null,
    decoys: [],
    secrets: NO_SECRETS,
    witnessed: { unavailable: null, lost: null, seen: [] },
    incomplete: [],
    scriptCheck: null,
    log: '',
    failOn: 'WARNING',
    ...changes,
  };
}

export function folded(alert: Alert, count = 1): Evidence['alerts'][number] {
  const ns = BigInt(alert.time.seconds) * 1_000_000_000n + BigInt(alert.time.nanos);
  return { alert, count, first: ns, last: ns };
}

/** The gateway's record of a refused name. */
export const REFUSED = {
  host: 'x.invalid',
  port: null,
  via: 'dns',
  allowed: false,
  count: 2,
  first: 1,
  last: 2,
  bytesSent: 0,
  bytesReceived: 0,
  clientPorts: [],
  requests: [],
  requestsLeft: 0,
  unread: [],
} as const;
