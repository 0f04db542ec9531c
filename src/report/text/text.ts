import { baselineNotices } from '../acceptance/project-baseline.js';
import { othersInWords } from '../attribution/others.js';
import type { Finding, PackageRef } from '../finding.js';
import { type FindingGroup, groupByPackage } from '../findings/groups.js';
import { placesOf } from '../findings/places.js';
import { commandOf } from '../findings/subject.js';
import type { AuditPart, JoinedReport } from '../parts/audit-part.js';
import type { Report } from '../report.js';
import { formFor, reasonsAgainst } from '../scripts/allow-scripts.js';
import { toleratedFailures } from '../scripts/script-rows.js';
import { specOf } from '../spec.js';
import { counted } from './counted.js';
import { logTail } from './log-tail.js';
import { cut, plain } from './plain.js';
import { changeBlock, changeLine, notComparedLines } from './text-changed.js';
import { installedBlock } from './text-installed.js';
import { loadsOf } from './text-loads.js';
import { networkBlock } from './text-network.js';
import { TextPage } from './text-page.js';

export interface TextOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
  /** URL of the report's page, shown at the end. */
  readonly reportUrl?: string | null;
}

const PRIORITY_COLUMN = 15;

/** The text should be readable in ten seconds: of what exceeds these limits only the number is shown; other formats have the rest. */
const MAX = {
  reasons: 10,
  packages: 12,
  findings: 8,
  observations: 10,
  parts: 6,
  places: 5,
  processes: 5,
  rules: 3,
  log: 12,
} as const;

/**
 * The report as text for a terminal. Everything that a package controls is shown without control characters and within the width,
 * so that a file name can't overwrite the verdict on the screen.
 */
export function renderText(report: JoinedReport, options: TextOptions): string {
  const page = new TextPage(options);
  const blocks = [
    [changeLine(report, page), headline(report, page)].filter((line) => line !== '').join('\n'),
    reasons(report, page),
    changeBlock(report, page),
    ...findings(report, page),
    observations(report, page),
    networkBlock(report, page),
    audit(report.gitlab, page),
    installedBlock(report, page),
    facts(report, page),
    endOfLog(report, page),
    nextSteps(report, page),
    options.reportUrl ? `Report: ${plain(options.reportUrl)}` : '',
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function headline(report: Report, page: TextPage): string {
  const culprits = new Set(report.findings.map(({ package: by }) => by?.name ?? null));
  const count = counted(report.findings.length, 'finding');
  const who = counted(culprits.size, 'package');
  const words = {
    clean: `${page.paint('green', 'CLEAN')} – watched from end to end, and it did nothing it should not`,
    findings: `${page.paint('red', 'FINDINGS')} – ${count} by ${who}`,
    incomplete: `${page.paint('yellow', 'INCOMPLETE')} – this run can't be called clean`,
  };
  const notices = baselineNotices(report).flatMap((notice) => page.wrapped(plain(notice), 2, 4));
  return [
    `${page.paint('bold', 'Verdict:')} ${words[report.verdict]}`,
    ...notices,
    ...notComparedLines(report, page),
  ].join('\n');
}

function reasons(report: Report, page: TextPage): string {
  return page
    .capped(report.incomplete, MAX.reasons, 'reasons', ({ code, message }) =>
      page
        .wrapped(`! ${cut(plain(message), 400)} (${cut(plain(code), 40)})`, 2, 4)
        .map((line) => page.paint('yellow', line)),
    )
    .join('\n');
}

function findings(report: Report, page: TextPage): readonly string[] {
  const all = groupByPackage(report.findings);
  const more = all.length - MAX.packages;
  const rest = more > 0 ? [`… and ${more} more packages with findings, in the JSON report`] : [];
  return [...all.slice(0, MAX.packages).map((group) => findingGroup(group, page)), ...rest];
}

function label(by: PackageRef | null): string {
  return by === null ? 'package not known' : cut(plain(specOf(by)), 60);
}

function findingGroup(group: FindingGroup, page: TextPage): string {
  const title = label(group.package);
  const path = group.package?.path ?? [];
  const why = path.length === 0 ? '' : page.line(plain(path.join(' → ')), title.length + 3).slice(title.length);
  const lines = page.capped(group.findings, MAX.findings, 'findings of it', (finding) => findingLines(finding, page));
  return [`${page.paint('bold', title)}${page.paint('dim', why)}`, ...lines].join('\n');
}

function findingLines(finding: Finding, page: TextPage): readonly string[] {
  const severe = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR'].includes(finding.priority);
  const priority = page.paint(severe ? 'red' : 'yellow', finding.priority.padEnd(PRIORITY_COLUMN - 2));
  const times = finding.count > 1 ? ` ×${finding.count}` : '';
  const rule = `${cut(plain(finding.rule), 50)} (${finding.phase})${times}${finding.isNew ? ' NEW' : ''}`;
  const places = finding.parts ? [] : placesOf(finding);
  const subjects = places.slice(0, MAX.places).map(({ subject, decoy }) => {
    return [subject, decoy === null ? '' : `(decoy: ${plain(decoy)})`].filter((part) => part !== '').join(' ');
  });
  const left = places.length - MAX.places;
  if (left > 0) subjects.push(`… and ${left} more places, in the JSON report`);
  const command = commandOf(finding);
  const ran = finding.ranBy ? `run by ${label(finding.ranBy)}` : '';
  const either = finding.orBy ? `it may have been ${othersInWords(finding.orBy, label)}` : '';
  const among = finding.among ? `one of: ${plain(finding.among.join(', '))}` : '';
  const parts = (finding.parts ?? []).map((part) => `· ${plain(`${part.rule} ${part.subject}`).trimEnd()}`);
  const single = finding.parts || command === '' ? '' : `$ ${command}`;
  const begun = finding.begun === undefined ? '' : cut(plain(finding.begun), 200);
  const details = [...new Set(subjects), ...parts.slice(0, MAX.parts), ran, either, among, begun, single].filter(
    (line) => line !== '',
  );
  return [`  ${priority}${rule}`, ...details.map((line) => page.line(line, PRIORITY_COLUMN))];
}

function observations(report: Report, page: TextPage): string {
  if (report.observations.length === 0) return '';
  const rows = new Map<string, { readonly rule: string; readonly rest: string; count: number }>();
  for (const finding of report.observations) {
    const rule = plain(finding.rule);
    const rest = aboutObservation(finding);
    const row = rows.get(`${rule}\0${rest}`) ?? { rule, rest, count: 0 };
    row.count += finding.count;
    rows.set(`${rule}\0${rest}`, row);
  }
  const lines = page.capped([...rows.values()], MAX.observations, 'observations', ({ rule, rest, count }) => [
    page.line(`${rule}${count > 1 ? ` ×${count}` : ''}: ${rest}`, 2),
  ]);
  return [page.paint('bold', 'Observations (not judged)'), ...lines].join('\n');
}

function aboutObservation(finding: Finding): string {
  const { accepted } = finding;
  const by = accepted?.by === 'project' ? ' by the project' : '';
  const until = accepted ? ` (accepted${by} until ${accepted.expires}: ${plain(accepted.reason)})` : '';
  const [{ subject, command }, ...others] = placesOf(finding);
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return `${label(finding.package)}: ${subject || command}${more}${until}`;
}

/** Empty if no CI job is known or no audit events are received. */
function audit(part: AuditPart | undefined, page: TextPage): string {
  if (part === undefined || part.status === 'off') return '';
  const { status, reasons: why, events, unlisted, sequences, alerts } = part;
  const total = events.length + unlisted;
  const linked = events.filter(({ relation }) => relation === 'linked').length;
  const rules = [...new Set(alerts.map(({ rule, priority }) => `${plain(rule)} (${plain(priority)})`))];
  const named = rules.slice(0, MAX.rules).join(', ') + (rules.length > MAX.rules ? ' …' : '');
  const parts = [
    total === 0 ? 'no events around this job' : `${counted(total, 'event')} around this job`,
    linked === 0 ? '' : `, ${linked} of them of this job itself`,
    alerts.length === 0 ? '' : `, ${counted(alerts.length, 'alert')}: ${named}`,
    status === 'waiting' ? '; more may come' : '',
  ];
  const lines = [
    ...page.wrapped(`GitLab: ${parts.join('')}`, 0, 2),
    ...sequences.flatMap(({ message }) => page.wrapped(`! ${plain(message)}`, 2, 4)),
    ...(status === 'incomplete' ? why.flatMap(({ message }) => page.wrapped(`! ${plain(message)}`, 2, 4)) : []),
  ];
  return lines.join('\n').replace('GitLab', page.paint('bold', 'GitLab'));
}

function facts(report: Report, page: TextPage): string {
  const phases = report.phases.flatMap((phase, index) => {
    const ended = phase.timedOut ? 'stopped at its deadline' : `exit code ${phase.exitCode}`;
    const scripts = phase.scripts ? `, install scripts run: ${phase.scripts.ran} of ${phase.scripts.declared}` : '';
    const count = phase.installed === undefined ? '' : `, packages: ${phase.installed}`;
    const took = `after ${(phase.durationMs / 1000).toFixed(1)} s`;
    const name = phase.name === 'fetch' && index > 0 ? 'fetch of the build tools of git dependencies' : phase.name;
    const line = `${name}: ${ended} ${took}${count}${scripts}${loadsOf(phase)}`;
    const left = (phase.leftRunning ?? []).slice(0, MAX.processes);
    const own = (phase.projectCode ?? []).map(plain).join(', ');
    return [
      page.line(line, 2),
      ...(own === '' ? [] : page.wrapped(`runs code of the project itself while fetching: ${own}`, 4, 6)),
      ...page.capped(toleratedFailures(report, phase), MAX.packages, 'such packages', (said) =>
        page.wrapped(`! ${plain(said)}`, 4, 6),
      ),
      ...left.map(({ cmdline }) => page.line(`left running: ${plain(cmdline)}`, 4)),
    ];
  });
  const problem = report.scriptCheck?.problem ?? null;
  const { proven, source, openingCanaryMs, closingCanaryMs, drops, witness } = report.monitoring;
  const canary = (ms: number | null): string => (ms === null ? 'none' : `${ms} ms`);
  const watched = proven ? page.paint('green', 'proven') : page.paint('yellow', 'not proven');
  return [
    page.paint('bold', 'Run'),
    ...manager(report),
    ...phases,
    ...(problem === null ? [] : page.wrapped(`which scripts are needed is not known: ${plain(problem)}`, 2, 4)),
    `  watched: ${watched} by ${cut(plain(source), 40) || 'no sensor'}`,
    page.line(
      `canaries back after ${canary(openingCanaryMs)} and ${canary(closingCanaryMs)}, ${drops} events dropped`,
      11,
    ),
    ...(witness?.state === 'unavailable'
      ? page.wrapped(`decoys not watched by the witness: ${plain(witness.reason ?? '')}`, 11, 13)
      : []),
  ].join('\n');
}

function manager({ manager: ran }: Report): readonly string[] {
  if (ran === null) return [];
  const leftOut = ran.leftOut.map((what) => `    left out of the project's configuration: ${plain(what)}`);
  return [`  ${ran.name} ${ran.version}: ${plain(ran.reason)}`, ...leftOut];
}

function endOfLog(report: Report, page: TextPage): string {
  const lines = logTail(report, MAX.log);
  if (lines.length === 0) return '';
  return [page.paint('bold', "The end of the install's log"), ...lines.map((line) => page.line(line, 2))].join('\n');
}

function nextSteps(report: Report, page: TextPage): string {
  const { recommended, refused, unneeded = [] } = report.allowScripts;
  const list = (packages: readonly string[]): string => {
    const more = packages.length - 20;
    return plain(packages.slice(0, 20).join(', ')) + (more > 0 ? ` and ${more} more` : '');
  };
  const lines = [
    ...(refused.length > 0 ? page.wrapped(`refuse: ${list(refused)}`, 2, 4) : []),
    ...(recommended.length > 0
      ? page.wrapped(`scripts that ran clean${readyFor(report)}: ${list(recommended)}`, 2, 4)
      : []),
    ...neededOnes(report, page, list),
    ...(unneeded.length > 0
      ? page.wrapped(`not needed (loads without; the script left nothing): ${list(unneeded)}`, 2, 4)
      : []),
    ...undecided(report, page),
  ];
  return lines.length === 0 ? '' : [page.paint('bold', 'Next'), ...lines].join('\n');
}

function undecided(report: Report, page: TextPage): readonly string[] {
  const reasons = reasonsAgainst(report);
  const more = reasons.length - MAX.reasons;
  return [
    ...reasons.slice(0, MAX.reasons).flatMap((reason) => page.wrapped(plain(reason), 2, 4)),
    ...(more > 0 ? [page.line(`and ${more} more that are not recommended`, 2)] : []),
  ];
}

function readyFor(report: Report): string {
  const form = formFor(report);
  return form === undefined ? '' : `, ready for ${form.setting} (packwarden allow-scripts)`;
}

/** Among the scripts that ran clean: those of packages that can't be loaded without them, and those of packages that can. */
function neededOnes(
  { packages, allowScripts }: Report,
  page: TextPage,
  list: (packages: readonly string[]) => string,
): readonly string[] {
  const having = (needed: boolean): readonly string[] =>
    packages
      .filter((pkg) => pkg.needed === needed)
      .map(specOf)
      .filter((spec) => allowScripts.recommended.includes(spec));
  const [needed, doubtful] = [having(true), having(false)];
  return [
    ...(needed.length > 0 ? page.wrapped(`of these, needed for loading: ${list(needed)}`, 4, 6) : []),
    ...(doubtful.length > 0
      ? page.wrapped(`of these, not needed for loading, but the script did something: ${list(doubtful)}`, 4, 6)
      : []),
  ];
}
