import { comparedReport } from '../../../src/report/compare/compared-report.js';
import { summaryOf } from '../../../src/report/compare/summary.js';
import type { Finding } from '../../../src/report/finding.js';
import type { InstalledRow, Report } from '../../../src/report/report.js';
import { finding, report } from '../../api/reports.js';

/** A package as it is installed; `integrity` of a registry's. */
export function installed(name: string, version: string, integrity: string | null = null): InstalledRow {
  return { name, version, folder: `node_modules/${name}`, from: 'registry', resolved: null, integrity };
}

/** A finding by a package about a file. */
export function reads(
  name: string,
  version: string,
  { rule = 'Read of cloud credentials', file = '/home/ci/.aws/credentials', ...changes }: ReadsOptions = {},
): Finding {
  const plain = finding();
  return finding({
    rule,
    package: { name, version, path: ['shop', name] },
    alert: { ...plain.alert, rule, output_fields: { 'fd.name': file } },
    ...changes,
  });
}
type ReadsOptions = Partial<Finding> & { readonly rule?: string; readonly file?: string };

/** A report of the project `shop` that can be compared. */
export function run(changes: Partial<Report> = {}): Report {
  return report({
    judgedBy: '1.2.3+abc falco',
    project: { name: 'shop', version: '1.0.0' },
    installed: [],
    processes: { total: 0, rows: [] },
    ...changes,
  });
}

/** The report `now`, compared with `before`. */
export const compared = (before: Report, now: Report) =>
  comparedReport(now, summaryOf(now), summaryOf(before), null, 'WARNING');
