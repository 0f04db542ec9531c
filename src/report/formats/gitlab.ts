import type { Priority } from '../../falco/alert.js';
import { baselineNotices } from '../acceptance/project-baseline.js';
import type { Report } from '../report.js';
import { cut, plain } from '../text/plain.js';
import { type Format, type FormatContext, toJson } from './format.js';
import { type FindingGroup, groupFindings, packageLabel } from './group.js';

/**
 * GitLab accepts any patch of a MAJOR.MINOR it knows; it knows 15.1 since 16.0
 * (https://docs.gitlab.com/development/integrations/secure/#report).
 */
const SCHEMA_VERSION = '15.1.5';

/** GitLab's compliance control `package_hunter_no_findings_untriaged` looks for this scanner id. */
const SCANNER_ID = 'packagehunter';

const SEVERITY = {
  EMERGENCY: 'Critical',
  ALERT: 'Critical',
  CRITICAL: 'Critical',
  ERROR: 'High',
  WARNING: 'Medium',
  NOTICE: 'Low',
  INFORMATIONAL: 'Info',
  DEBUG: 'Info',
} as const satisfies Record<Priority, string>;

/** Rows of evidence per vulnerability; the JSON report has all of them. */
const MAX_ROWS = 20;

/** `gl-dependency-scanning-report.json`: one vulnerability per rule and package, with the evidence in `details`. */
export const gitlab: Format = {
  contentType: 'application/json; charset=utf-8',
  fileName: 'gl-dependency-scanning-report.json',
  render(report, context) {
    const tool = { name: 'Packwarden', version: context.version, vendor: { name: 'Packwarden' } };
    return toJson({
      version: SCHEMA_VERSION,
      scan: {
        analyzer: { id: 'packwarden', ...tool },
        scanner: { id: SCANNER_ID, ...tool },
        type: 'dependency_scanning',
        start_time: withoutZone(report.submittedAt),
        end_time: withoutZone(report.finishedAt),
        status: report.verdict === 'incomplete' ? 'failure' : 'success',
        messages: messagesOf(report),
      },
      vulnerabilities: groupFindings(report.findings).map((group) => vulnerability(group, context)),
      // Version 15.0 of the schema requires this member; later versions don't know it and ignore it.
      dependency_files: [],
    });
  },
};

/** The schema's pattern allows neither a time zone nor fractions of a second; the time is in UTC. */
function withoutZone(iso: string): string {
  return new Date(iso).toISOString().slice(0, 19);
}

function messagesOf(report: Report): readonly { level: string; value: string }[] {
  const level = report.verdict === 'incomplete' ? 'fatal' : 'warn';
  const incomplete = report.incomplete.map(({ code, message }) => ({
    level,
    value: cut(plain(`Incomplete: ${message} (${code})`), 1_000),
  }));
  const notices = baselineNotices(report).map((notice) => ({ level: 'warn', value: cut(plain(notice), 1_000) }));
  const { length } = report.observations;
  if (length === 0) return [...incomplete, ...notices];
  return [
    ...incomplete,
    ...notices,
    { level: 'info', value: `${length} observations below the threshold are in the full report.` },
  ];
}

function vulnerability(group: FindingGroup, context: FormatContext) {
  const by = group.package;
  const name = by === null ? '' : plain(by.name);
  return {
    id: asUuid(group.fingerprint),
    name: cut(`${group.rule} by ${name === '' ? 'a package that is not known' : name}`, 255),
    description: describe(group),
    severity: SEVERITY[group.priority],
    solution: solutionOf(group),
    identifiers: [
      // GitLab recognises a vulnerability in the next run by its primary identifier, which is the first one.
      {
        type: 'packagehunter_rule',
        name: cut(`${group.rule}: ${name}`, 255),
        value: bounded(`${group.slug}:${name}`, group.fingerprint),
      },
      { type: 'packwarden_rule', name: group.rule, value: group.slug },
    ],
    location: {
      file: context.file,
      dependency: {
        package: { name: cut(name === '' ? 'unknown' : name, 255) },
        version: cut(by === null ? '' : plain(by.version), 255),
        ...(by === null ? {} : { direct: by.path.length <= 2 }),
      },
    },
    details: detailsOf(group, context),
  };
}

/** Short values stay as they are; long ones end in their fingerprint, so that two different ones never become equal. */
function bounded(value: string, fingerprint: string): string {
  return value.length <= 255 ? value : `${cut(value, 180)}:${fingerprint.slice(0, 64)}`;
}

function asUuid(hex: string): string {
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ];
  return parts.join('-');
}

/** GitLab renders this as Markdown, so text that a package controls is put into code spans that it can't close. */
function describe(group: FindingGroup): string {
  const by = group.package;
  const span = (text: string): string => `\`${text.replaceAll('`', "'") || ' '}\``;
  const who = by === null ? 'A package that could not be determined' : span(packageLabel(by));
  const times = group.count === 1 ? 'once' : `${group.count} times`;
  const why = by === null ? '' : `\n\nPulled in by ${span(pathOf(by.path))}.`;
  return `${who} did this ${times} while the project's dependencies were installed and loaded in a watched sandbox: ${group.rule.replaceAll(/[^\w .,-]/g, ' ')}.${why}`;
}

function solutionOf(group: FindingGroup): string {
  const who = group.package === null ? 'the package' : packageLabel(group.package);
  return cut(
    `Do not merge before the evidence is understood. If it is not what ${who} is for, remove or pin it, and treat every machine that installed it as compromised.`,
    7_000,
  );
}

function pathOf(path: readonly string[]): string {
  return cut(path.map(plain).join(' → '), 1_000);
}

function detailsOf(group: FindingGroup, { reportUrl }: FormatContext) {
  const text = (value: string, max = 500) => ({ type: 'text', value: cut(value, max) });
  const versions = [...new Set(group.findings.map(({ package: by }) => packageLabel(by)))].slice(0, MAX_ROWS);
  const shown = group.places.slice(0, MAX_ROWS);
  const rows = shown.map(({ phase, subject, decoy, command, count, first }) => [
    text(phase),
    text(subject),
    text(decoy === null ? '' : plain(decoy)),
    text(command),
    { type: 'value', value: count },
    text(first),
  ]);
  const more = group.places.length - shown.length;
  const [worst] = group.findings;
  return {
    package: { name: 'Package', ...text(versions.join(', '), 1_000) },
    path: { name: 'Pulled in by', ...text(group.package === null ? 'not known' : pathOf(group.package.path), 1_000) },
    evidence: {
      name: more > 0 ? `Evidence (${more} more in the full report)` : 'Evidence',
      type: 'table',
      header: ['Phase', 'What', 'Decoy', 'Command', 'Times', 'First'].map((title) => text(title)),
      rows,
    },
    ...(worst.processes.length === 0
      ? {}
      : {
          processes: {
            name: 'Processes, from the one that did it',
            type: 'code',
            value: processLines(worst.processes),
          },
        }),
    ...(reportUrl === null ? {} : { report: { name: 'Full report', type: 'url', href: reportUrl } }),
  };
}

function processLines(processes: FindingGroup['findings'][0]['processes']): string {
  return processes
    .slice(0, MAX_ROWS)
    .map(({ pid, cmdline, cwd }) => `${pid}  ${cut(plain(cmdline), 500)}   (in ${cut(plain(cwd), 200)})`)
    .join('\n');
}
