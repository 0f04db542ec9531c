import type { Priority } from '../../../src/falco/alert.js';
import { Behaviours, NOTHING_MEASURED } from '../../../src/report/behaviours/usual.js';
import type { Finding, PackageRef } from '../../../src/report/finding.js';
import { weigh } from '../../../src/report/weighing/weigh.js';

export const HOME = '/home/ci';
export const tool: PackageRef = { name: 'some-tool', version: '1.0.0', path: ['app', 'some-tool'] };
export const other: PackageRef = { name: 'other', version: '1.0.0', path: ['app', 'other'] };

interface Changes {
  readonly tags?: readonly string[];
  readonly priority?: Priority;
  readonly phase?: Finding['phase'];
  readonly by?: PackageRef | null;
  readonly ranBy?: PackageRef;
  readonly source?: string;
  readonly known?: string;
  readonly among?: string[];
  /** Command line of the process that acted. */
  readonly cmdline?: string;
}

export function found(rule: string, file: string, changes: Changes = {}): Finding {
  const {
    tags = [],
    priority = 'WARNING',
    phase = 'import',
    by = tool,
    ranBy,
    source = 'SYSCALL',
    known,
    among,
    cmdline,
  } = changes;
  const first = '2026-11-24T12:00:00.000Z';
  const alert = {
    output: '',
    time: { seconds: '1', nanos: 0 },
    source,
    hostname: 'h',
    priority,
    rule,
    tags: [...tags],
  };
  return {
    rule,
    priority,
    tags: [...tags],
    count: 1,
    first,
    last: first,
    phase,
    package: by,
    decoy: null,
    processes: cmdline === undefined ? [] : [{ pid: 7, cmdline, cwd: HOME }],
    ...(ranBy === undefined ? {} : { ranBy }),
    ...(known === undefined ? {} : { known }),
    ...(among === undefined ? {} : { among }),
    alert: { ...alert, output_fields: file === '' ? {} : { 'fd.name': file } },
  };
}

export const write = (file: string, changes: Changes = {}) => found('Write outside the project', file, changes);
export const moved = (from: string, to: string): Finding => {
  const one = write('');
  return { ...one, alert: { ...one.alert, output_fields: { 'evt.arg.oldpath': from, 'evt.arg.newpath': to } } };
};
export const oneOfMany = { by: null, among: ['other@1.0.0', 'some-tool@1.0.0'] };
export const read = (file: string, changes: Changes = {}) =>
  found('Read of package registry credentials', file, { tags: ['credentials'], ...changes });
export const BIN = `node ${HOME}/project/node_modules/.bin/some-tool`;
export const asked = (cmdline: string): Changes => ({ phase: 'install', cmdline });
export const ssh = found('Read of an SSH key', `${HOME}/.ssh/id_rsa`, { tags: ['credentials'] });
export const dotenv = found('Read of a dotenv file', `${HOME}/project/.env`, {
  tags: ['credentials'],
  priority: 'NOTICE',
});
export const refused = found('Egress refused by the gateway', '', { source: 'EGRESS' });
export const usualHost = {
  ...refused,
  alert: { ...refused.alert, output_fields: { 'egress.target': 'a.example', 'egress.host': 'a.example' } },
};
const leak = found('Decoy left the sandbox', '', { source: 'EGRESS', priority: 'CRITICAL' });
/** GitHub's token, shown to GitHub alone where a release was asked for. */
export const shownToIssuer = {
  ...leak,
  decoy: 'CI variable GITHUB_TOKEN',
  alert: {
    ...leak.alert,
    output_fields: { 'egress.means': 'download', 'egress.own': 'true', 'egress.host': 'api.github.com' },
  },
};
export const direct = found('Outbound connection past the gateway', '', { tags: ['sends'] });
export const detached = found('Process detached itself', '');
export const leftRunning = found('Left running', '');
export const shell = found("Shell started by a script's program", '', { priority: 'NOTICE' });

export const judgedBy = (findings: readonly Finding[], usual: Behaviours, registry = true, isImportStopped = false) =>
  weigh(
    findings,
    {
      names: new Set(['some-tool', 'tool', 'other', 'app']),
      isFromRegistry: () => registry,
      isNameOfRegistry: () => registry,
      isImportStopped,
    },
    usual,
  );
export const judged = (findings: readonly Finding[], registry = true) => judgedBy(findings, NOTHING_MEASURED, registry);

const doing = { package: 'some-tool', versions: '^1.0.0', phase: 'import' } as const;
export const MEASURED = new Behaviours([
  {
    measured: '2026-11-29',
    packages: [{ name: 'some-tool', versions: ['1.0.0'] }],
    behaviours: [
      { ...doing, rule: 'Write outside the project', places: ['~/.config/other/x'] },
      { ...doing, rule: 'Read of package registry credentials', places: ['~/.npmrc'] },
      { ...doing, rule: 'Read of package registry credentials', phase: 'install', places: ['~/.npmrc'] },
      { ...doing, rule: 'Left running', places: ['$ node ./node_modules/some-tool/daemon.js'] },
      { ...doing, rule: 'Egress refused by the gateway', places: ['a.example'], sent: 'unknown' },
    ],
  },
]);
