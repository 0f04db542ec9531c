import type { Priority } from '../../falco/alert.js';
import { baselineNotices } from '../acceptance/project-baseline.js';
import type { Report } from '../report.js';
import { cut, plain } from '../text/plain.js';
import { type Format, type FormatContext, toJson } from './format.js';
import { evidenceLine, type FindingGroup, groupFindings, packageLabel } from './group.js';
import { lineOf } from './lock-file.js';

/** GitHub reads the rule's `security-severity`. GitLab reads the result's `rank` first, then `security-severity`, then `level`. */
const WEIGHT = {
  EMERGENCY: { level: 'error', rank: 98 },
  ALERT: { level: 'error', rank: 95 },
  CRITICAL: { level: 'error', rank: 92 },
  ERROR: { level: 'error', rank: 80 },
  WARNING: { level: 'warning', rank: 55 },
  NOTICE: { level: 'note', rank: 30 },
  INFORMATIONAL: { level: 'note', rank: 10 },
  DEBUG: { level: 'note', rank: 5 },
} as const satisfies Record<Priority, { level: string; rank: number }>;

/** The maximum that GitHub accepts per run. */
const MAX_RESULTS = 5_000;
const MAX_EVIDENCE = 10;

/** SARIF 2.1.0: one result per rule and package, located in the lock file. */
export const sarif: Format = {
  contentType: 'application/sarif+json; charset=utf-8',
  fileName: 'packwarden.sarif',
  render(report, context) {
    const groups = groupFindings(report.findings);
    const rules = rulesOf(groups);
    return toJson({
      $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'Packwarden', version: context.version, rules: [...rules.values()] } },
          automationDetails: { id: `packwarden/${report.ecosystem}/` },
          invocations: [invocationOf(report, groups.length)],
          results: groups.slice(0, MAX_RESULTS).map((group) => resultOf(group, [...rules.keys()], report, context)),
          properties: {
            jobId: report.id,
            verdict: report.verdict,
            ...(context.reportUrl === null ? {} : { reportUrl: context.reportUrl }),
          },
        },
      ],
    });
  },
};

function rulesOf(groups: readonly FindingGroup[]): ReadonlyMap<string, object> {
  const rules = new Map<string, object>();
  for (const { slug, rule, priority, findings } of groups) {
    if (rules.has(slug)) continue;
    const { level, rank } = WEIGHT[priority];
    rules.set(slug, {
      id: slug,
      name: rule,
      shortDescription: { text: message(rule) },
      fullDescription: { text: message(rule) },
      defaultConfiguration: { level },
      properties: {
        'security-severity': (rank / 10).toFixed(1),
        tags: ['security', ...new Set(findings[0].tags.map((tag) => cut(plain(tag), 60)))].slice(0, 20),
      },
    });
  }
  return rules;
}

function invocationOf(report: Report, groups: number): object {
  const reasons = report.incomplete.map(({ code, message: text }) => ({
    level: report.verdict === 'incomplete' ? 'error' : 'warning',
    descriptor: { id: cut(plain(code), 100) },
    message: { text: message(cut(plain(text), 1_000)) },
  }));
  const notices = baselineNotices(report).map((notice) => ({
    level: 'warning',
    message: { text: message(cut(plain(notice), 1_000)) },
  }));
  const over = groups - MAX_RESULTS;
  const cutOff = { level: 'warning', message: { text: `${over} more results are in the full report` } };
  return {
    executionSuccessful: report.verdict !== 'incomplete',
    startTimeUtc: report.submittedAt,
    endTimeUtc: report.finishedAt,
    toolExecutionNotifications: [...reasons, ...notices, ...(over > 0 ? [cutOff] : [])],
  };
}

function resultOf(group: FindingGroup, ruleIds: readonly string[], report: Report, context: FormatContext): object {
  const { level, rank } = WEIGHT[group.priority];
  const shown = group.places.slice(0, MAX_EVIDENCE).map((place) => evidenceLine(place));
  const more = group.places.length - shown.length;
  const by = group.package;
  const path = by === null ? '' : ` (${cut(by.path.map(plain).join(' → '), 500)})`;
  const lines = [`${group.rule} by ${packageLabel(by)}${path}:`, ...shown, ...(more > 0 ? [`… and ${more} more`] : [])];
  return {
    ruleId: group.slug,
    ruleIndex: ruleIds.indexOf(group.slug),
    level,
    rank,
    message: { text: message(lines.join('\n')) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: uriOf(context.file) },
          region: { startLine: lineOf(report, context.file, by) },
        },
        ...(by === null
          ? {}
          : {
              logicalLocations: [
                { name: cut(plain(by.name), 255), fullyQualifiedName: packageLabel(by), kind: 'package' },
              ],
            }),
      },
    ],
    partialFingerprints: { 'packwarden/v1': group.fingerprint },
    properties: { count: group.count },
    ...(context.reportUrl === null ? {} : { hostedViewerUri: context.reportUrl }),
  };
}

/** In a message, brackets form links and braces form placeholders (SARIF 2.1.0 §3.11.5 and 3.11.6), so both are escaped. */
function message(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&').replace(/[{}]/g, '$&$&');
}

function uriOf(file: string): string {
  return file.split('/').map(encodeURIComponent).join('/');
}
