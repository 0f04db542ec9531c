import type { Priority } from '../../falco/alert.js';
import type { Report } from '../report.js';
import { cut } from '../text/plain.js';
import { type Format, type FormatContext, toJson } from './format.js';
import { evidenceLine, groupFindings, packageLabel } from './group.js';
import { lineOf } from './lock-file.js';

const SEVERITY = {
  EMERGENCY: 'blocker',
  ALERT: 'blocker',
  CRITICAL: 'critical',
  ERROR: 'critical',
  WARNING: 'major',
  NOTICE: 'minor',
  INFORMATIONAL: 'info',
  DEBUG: 'info',
} as const satisfies Record<Priority, string>;

/** GitLab's Code Quality report, which merge requests show on every tier. An incomplete run gets an entry of its own. */
export const codeQuality: Format = {
  contentType: 'application/json; charset=utf-8',
  fileName: 'gl-code-quality-report.json',
  render(report, context) {
    const findings = groupFindings(report.findings).map((group) => {
      const more = group.places.length > 1 ? ` – and ${group.places.length - 1} more` : '';
      const what = `${packageLabel(group.package)}: ${group.rule}: ${evidenceLine(group.places[0])}${more}`;
      const line = lineOf(report, context.file, group.package);
      return entry(what, group.slug, group.fingerprint, SEVERITY[group.priority], { path: context.file, line });
    });
    return toJson([...incompleteness(report, context), ...findings]);
  },
};

function incompleteness(report: Report, context: FormatContext): readonly object[] {
  if (report.verdict !== 'incomplete') return [];
  const why = report.incomplete.map(({ message }) => message).join('; ');
  return [
    entry(`The run is incomplete: ${why}`, 'incomplete', 'packwarden-incomplete', 'major', {
      path: context.file,
      line: 1,
    }),
  ];
}

interface Place {
  readonly path: string;
  readonly line: number;
}

function entry(description: string, check: string, fingerprint: string, severity: string, at: Place) {
  return {
    description: cut(description, 1_000),
    check_name: `packwarden/${check}`,
    fingerprint,
    severity,
    location: { path: at.path, lines: { begin: at.line } },
  };
}
