import { describe, expect, it } from 'vitest';
import type { Priority } from '../../../../src/falco/alert.js';
import type { Finding } from '../../../../src/report/finding.js';
import { correlate } from '../../../../src/report/findings/detections/correlation.js';
import { CALLED_WITH_NONSENSE } from '../../../../src/report/findings/lowering/lowered.js';

const EPOCH = Date.UTC(2026, 10, 24);
const at = (second: number): string => new Date(EPOCH + second * 1000).toISOString();

interface Changes {
  readonly rule?: string;
  readonly priority?: Priority;
  readonly by?: string | null;
  readonly last?: number;
  readonly source?: string;
  readonly known?: string;
  readonly cmdline?: string;
  readonly file?: string;
  readonly decoy?: string;
  readonly sent?: string;
}

function finding(second: number, tags: string[], changes: Changes = {}): Finding {
  const { rule = tags.join(), priority = 'WARNING', by = 'evil', last = second, source = 'SYSCALL' } = changes;
  const { known, cmdline = 'node setup.js', file = `/${rule}`, decoy = null, sent } = changes;
  return {
    rule,
    priority,
    tags,
    count: 1,
    first: at(second),
    last: at(last),
    phase: 'install',
    package: by === null ? null : { name: by, version: '1.0.0', path: ['app', by] },
    decoy,
    processes: [],
    ...(known === undefined ? {} : { known }),
    alert: {
      output: '',
      time: { seconds: '1', nanos: 0 },
      source,
      hostname: 'h',
      output_fields: {
        'proc.cmdline': cmdline,
        'fd.name': file,
        ...(sent === undefined ? {} : { 'egress.sent': sent }),
      },
      priority,
      rule,
      tags,
    },
  };
}

const ssh = (second: number, changes: Changes = {}) =>
  finding(second, ['credentials', 'B5'], { rule: 'ssh', ...changes });
const cloud = (second: number, changes: Changes = {}) =>
  finding(second, ['credentials', 'B6'], { rule: 'cloud', ...changes });
const send = (second: number, changes: Changes = {}) => finding(second, ['sends'], changes);
const egress = (second: number, changes: Changes = {}) =>
  finding(second, ['network'], { source: 'EGRESS', ...changes });
const steps = (...seconds: number[]) =>
  ['downloads', 'chmods', 'runs'].map((tag, index) => finding(seconds[index] ?? 0, [tag], { priority: 'NOTICE' }));
const asks = (...tools: string[]) =>
  tools.map((tool, index) => finding(index, ['recon'], { priority: 'NOTICE', rule: 'asks', cmdline: `${tool} -x` }));

const probes = (...files: string[]) =>
  files.map((file, index) => finding(index, ['probes'], { priority: 'NOTICE', rule: 'probe', file }));
const trace = finding(9, ['probes'], { rule: 'traces itself' });

const cmdlines = (...pids: number[]) =>
  pids.map((pid, index) => {
    const file = `/proc/${pid}/cmdline`;
    return finding(index, [], { priority: 'NOTICE', rule: 'Command line of another process read', file });
  });

const looks = (...places: string[]) =>
  places.map((place, index) => {
    const file = `/home/ci/${place}`;
    return finding(index, [], { priority: 'DEBUG', rule: 'Packwarden failed lookup', file });
  });
const LIST = [
  '.a/x',
  '.config/b/x',
  '.local/share/c/x',
  '.d',
  '.config/e.json',
  '.cache/f/token',
  '.g/h',
  '.i',
  '.j/k',
  '.config/l/m',
];

const HOME_LOOKED = 'Home folder looked through';
const PROCESSES = 'Processes looked over';
const SEVERAL = 'Credentials of several kinds read';
const SENT = 'Credentials read, then sent';
const RUN = 'Downloaded, made executable and run';
const RECON = 'Host reconnaissance';
const LOOKED = 'Sandbox looked over';

const rows: readonly [string, Finding[], string[]][] = [
  ['places of many programs that are not there', looks(...LIST), [HOME_LOOKED]],
  ['places of few programs', looks(...LIST.slice(1), '.config/b/y', '.b/z'), []],
  [
    'settings of tools, up to the home folder',
    looks(...LIST.slice(3), ...['a', 'b', 'c'].map((name) => `.${name}rc.json`)),
    [],
  ],
  ['the command lines of many processes', cmdlines(1, 7, 8, 30), [PROCESSES]],
  ["the parent's, again and again", cmdlines(7, 7, 7, 7, 8), []],
  ['nothing', [], []],
  ['credentials of two kinds', [ssh(1), cloud(2)], [SEVERAL]],
  ['two files of one kind', [ssh(1), ssh(2)], []],
  ['two kinds by two packages', [ssh(1), cloud(2, { by: 'other' })], []],
  ['two kinds, of which one is an observation', [ssh(1), cloud(2, { priority: 'NOTICE' })], []],
  ['two kinds by nobody known', [ssh(1, { by: null }), cloud(2, { by: null })], []],
  ['a read, then a send', [ssh(1), send(2)], [SENT]],
  ['a read that is only an observation, then a refused host', [ssh(1, { priority: 'NOTICE' }), egress(2)], [SENT]],
  ['a send, then a read', [send(1), ssh(2)], []],
  ['a send before and again after a read', [send(1, { last: 3 }), ssh(2)], [SENT]],
  [
    'a function that finds credentials when it is called, and sends something',
    [
      ssh(1, { known: CALLED_WITH_NONSENSE, decoy: 'SSH key' }),
      egress(2, { known: CALLED_WITH_NONSENSE, sent: 'POST /' }),
    ],
    ['Credentials read, then sent'],
  ],
  [
    'one that looks for its settings, and sends something',
    [ssh(1, { known: CALLED_WITH_NONSENSE }), egress(2, { known: CALLED_WITH_NONSENSE, sent: 'POST /' })],
    [],
  ],
  [
    'one that finds credentials, and only begins to connect',
    [ssh(1, { known: CALLED_WITH_NONSENSE, decoy: 'SSH key' }), egress(2, { known: CALLED_WITH_NONSENSE })],
    [],
  ],
  ['a read, then a known host refused', [ssh(1), egress(2, { known: 'prebuilt' })], []],
  ['a read, then a send by another package', [ssh(1), send(2, { by: 'other' })], []],
  ['download, chmod, run', steps(1, 2, 3), [RUN]],
  ['run before the download', steps(3, 2, 1), []],
  ['chmod and run without a download', steps(1, 2, 3).slice(1), []],
  ['three looks at the sandbox', probes('/.dockerenv', '/proc/1/cgroup', '/sys/class/dmi/id/product_name'), [LOOKED]],
  ['the debugger is looked for, too', [...probes('/.dockerenv', '/proc/42/status'), trace], [LOOKED]],
  ["a container's marks alone", probes('/.dockerenv', '/run/.containerenv', '/proc/1/cgroup'), []],
  ['many files of one place', probes('/proc/1/cgroup', '/proc/1/sched', '/proc/1/status', '/proc/1/mountinfo'), []],
  [
    'three looks while it is loaded',
    probes('/.dockerenv', '/proc/1/cgroup', '/sys/class/dmi/id/bios_vendor').map((each) => ({
      ...each,
      phase: 'import',
    })),
    [],
  ],
  ['three questions about the host', asks('id', 'whoami', 'hostname'), [RECON]],
  ['one question, often', asks('id', 'id', 'id', 'id'), []],
];

describe('what one package did is put together', () => {
  it.each(rows)('%s', (_title, all, rules) => {
    expect(correlate(all).map(({ rule }) => rule)).toEqual(rules);
  });

  it('names its parts in time, and is graver than each of them', () => {
    const [found] = correlate([send(5), ssh(1)]);
    expect(found).toMatchObject({
      priority: 'CRITICAL',
      first: at(1),
      last: at(5),
      package: { name: 'evil' },
      parts: [
        { rule: 'ssh', first: at(1), subject: '/ssh' },
        { rule: 'sends', first: at(5) },
      ],
      alert: { source: 'CORRELATION', rule: SENT },
    });
    expect(found?.tags).toContain('B5');
  });
});
