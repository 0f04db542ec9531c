import { baselineNotices } from '../acceptance/project-baseline.js';
import type { Report } from '../report.js';
import { cut, plain } from '../text/plain.js';
import type { Format } from './format.js';
import { evidenceLine, groupFindings, packageLabel } from './group.js';

const MAX_EVIDENCE = 20;

interface TestCase {
  readonly name: string;
  /** Why the test did not pass; null if it did. */
  readonly fault: { readonly kind: 'failure' | 'error'; readonly message: string; readonly text: string } | null;
}

/**
 * JUnit XML: one test per package with install scripts or findings, and one for the monitoring itself, so that a run that can't
 * be vouched for fails. GitLab and Jenkins show JUnit reports on every tier.
 */
export const junit: Format = {
  contentType: 'application/xml; charset=utf-8',
  fileName: 'packwarden-junit.xml',
  render(report, context) {
    const cases = [watching(report), ...packageCases(report)];
    const count = (kind: 'failure' | 'error'): number => cases.filter(({ fault }) => fault?.kind === kind).length;
    const seconds = Math.max(0, Date.parse(report.finishedAt) - Date.parse(report.submittedAt)) / 1000;
    const tests = cases.map((test, index) => testCase(test, context.file, index === 0 ? seconds : 0));
    const notices = baselineNotices(report).map(
      (notice) => `\n      <property name="notice" value="${escapeXml(cut(notice, 1_000))}"/>`,
    );
    const attributes = `name="packwarden" package="packwarden" id="0" timestamp="${report.submittedAt.slice(0, 19)}" hostname="packwarden" tests="${cases.length}" failures="${count('failure')}" errors="${count('error')}" time="${seconds}"`;
    return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite ${attributes}>
    <properties>
      <property name="job" value="${escapeXml(report.id)}"/>
      <property name="verdict" value="${escapeXml(report.verdict)}"/>${notices.join('')}
    </properties>
${tests.join('\n')}
    <system-out>${escapeXml(context.reportUrl ?? '')}</system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`;
  },
};

function watching(report: Report): TestCase {
  const name = 'the install was watched from end to end';
  if (report.verdict !== 'incomplete') return { name, fault: null };
  const reasons = report.incomplete.map(({ code, message }) => cut(plain(`${message} (${code})`), 1_000));
  return { name, fault: { kind: 'error', message: cut(reasons.join('; '), 500), text: reasons.join('\n') } };
}

function packageCases(report: Report): readonly TestCase[] {
  const faults = new Map<string, string[]>();
  for (const group of groupFindings(report.findings)) {
    const lines = group.places.slice(0, MAX_EVIDENCE).map((place) => `  ${evidenceLine(place)}`);
    const more = group.places.length - lines.length;
    const label = packageLabel(group.package);
    const told = faults.get(label) ?? [];
    told.push(`${group.priority} ${group.rule}`, ...lines, ...(more > 0 ? [`  … and ${more} more`] : []));
    faults.set(label, told);
  }
  const quiet = report.packages.map((pkg) => packageLabel({ ...pkg, path: [] })).filter((label) => !faults.has(label));
  const failed = [...faults].map(([name, lines]) => ({
    name,
    fault: { kind: 'failure' as const, message: cut(lines[0] ?? '', 500), text: lines.join('\n') },
  }));
  return [...failed, ...[...new Set(quiet)].map((name) => ({ name, fault: null }))];
}

function testCase({ name, fault }: TestCase, file: string, seconds: number): string {
  const head = `    <testcase name="${escapeXml(name)}" classname="${escapeXml(file)}" time="${seconds}"`;
  if (fault === null) return `${head}/>`;
  const { kind, message, text } = fault;
  return `${head}>
      <${kind} type="${kind === 'error' ? 'incomplete' : 'finding'}" message="${escapeXml(message)}">${escapeXml(text)}</${kind}>
    </testcase>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Escapes text for XML content and attributes. `plain` replaces all control characters except our own line breaks. */
function escapeXml(text: string): string {
  return text
    .split('\n')
    .map((line) => plain(line).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? ''))
    .join('\n');
}
