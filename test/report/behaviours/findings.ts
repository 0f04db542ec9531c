import type { BehaviourData } from '../../../src/report/behaviours/behaviour.js';
import type { Finding, PackageRef } from '../../../src/report/finding.js';
import type { InstalledRow, Report } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';

export const READ = 'Read of package registry credentials';
export const REFUSED = 'Egress refused by the gateway';

export function ref(name: string, version = '1.2.0'): PackageRef {
  return { name, version, path: ['app', name] };
}

interface Doing {
  readonly rule?: string;
  readonly priority?: Finding['priority'];
  readonly tags?: readonly string[];
  readonly source?: string;
  readonly fields?: Record<string, string>;
}

/** A finding of `tool`, unless `changes` name another package. */
export function did({ rule = READ, priority = 'WARNING', tags = [], ...alert }: Doing, changes: Partial<Finding> = {}) {
  const { source = 'SYSCALL', fields = {} } = alert;
  const said = { output: '', time: { seconds: '1', nanos: 0 }, source, hostname: 'h', output_fields: fields, priority };
  const made = { rule, priority, tags: [...tags], package: ref('tool'), alert: { ...said, rule, tags: [...tags] } };
  return finding({ ...made, ...changes });
}

export const read = (file: string, changes: Partial<Finding> = {}): Finding =>
  did({ tags: ['credentials'], fields: { 'fd.name': file } }, changes);

export function asked(host: string, means: string | undefined, changes: Partial<Finding> = {}): Finding {
  const [name = ''] = host.split(':');
  const said = means === undefined ? {} : { 'egress.means': means };
  const fields = { 'egress.target': host, 'egress.host': name, 'egress.via': host === name ? 'dns' : 'proxy', ...said };
  return did({ rule: REFUSED, source: 'EGRESS', fields }, changes);
}

export function installed(name: string, version = '1.2.0', changes: Partial<InstalledRow> = {}): InstalledRow {
  const folder = `node_modules/${name}`;
  return { name, version, folder, from: 'registry', resolved: null, integrity: 'sha512-x', ...changes };
}

/** A report in which `tool` and the other installed packages were loaded. */
export function reportOf(findings: readonly Finding[], changes: Partial<Report> = {}): Report {
  const rows = [installed('tool'), installed('carrier'), installed('prebuild-install', '7.1.3')];
  const loaded = [{ name: 'tool', version: '1.2.0', ok: true, ms: 1 }];
  const phase = { name: 'import' as const, command: '', exitCode: 0, durationMs: 1, timedOut: false, loaded };
  return report({ findings: [...findings], installed: rows, phases: [phase], ...changes });
}

/** Data of one behaviour of `tool`. */
export function dataOf(changes: Partial<BehaviourData['behaviours'][number]> = {}): BehaviourData {
  const behaviour = {
    package: 'tool',
    versions: '^1.2.0',
    rule: READ,
    phase: 'install' as const,
    places: ['~/.npmrc'],
  };
  return {
    measured: '2026-11-29',
    packages: ['tool', 'quiet', 'silent'].map((name) => ({ name, versions: ['1.2.0'] })),
    behaviours: [{ ...behaviour, ...changes }],
  };
}
