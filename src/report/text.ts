import type { Finding, Report } from './report.js';
import { plain, subjectOf } from './subject.js';

export interface TextOptions {
  readonly colour: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

const COLOURS = { red: 31, green: 32, yellow: 33, cyan: 36, bold: 1, dim: 2 } as const;
type Colour = keyof typeof COLOURS;

const PRIORITY_COLUMN = 15;

/**
 * The report as a person reads it in a terminal. Everything that a package controls is shown without control
 * characters: a file name must not be able to repaint the verdict.
 */
export function renderText(report: Report, options: TextOptions): string {
  const paint = painter(options.colour);
  const blocks = [
    headline(report, paint),
    ...report.incomplete.map(({ code, message }) => paint('yellow', `  ! ${plain(message)} (${code})`)),
    ...groupByPackage(report.findings).map((group) => findingGroup(group, options, paint)),
    observations(report, options, paint),
    network(report),
    facts(report, paint),
    nextSteps(report),
  ];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

type Painter = (colour: Colour, text: string) => string;

function painter(enabled: boolean): Painter {
  return (colour, text) => (enabled ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text);
}

function headline(report: Report, paint: Painter): string {
  const culprits = new Set(report.findings.map(({ package: by }) => by?.name ?? null));
  const count = `${report.findings.length} finding${report.findings.length === 1 ? '' : 's'}`;
  const who = culprits.size === 1 ? '1 package' : `${culprits.size} packages`;
  const words = {
    clean: `${paint('green', 'CLEAN')} – the install was watched from end to end and did nothing it should not`,
    findings: `${paint('red', 'FINDINGS')} – ${count} by ${who}`,
    incomplete: `${paint('yellow', 'INCOMPLETE')} – this run can not be called clean`,
  };
  return `${paint('bold', 'Verdict:')} ${words[report.verdict]}`;
}

interface Group {
  readonly title: string;
  readonly why: string;
  readonly findings: readonly Finding[];
}

function groupByPackage(findings: readonly Finding[]): readonly Group[] {
  const groups = new Map<string, { title: string; why: string; findings: Finding[] }>();
  for (const finding of findings) {
    const by = finding.package;
    const title = by ? plain(`${by.name}@${by.version}`) : 'package not known';
    const group = groups.get(title) ?? { title, why: by ? plain(by.path.join(' → ')) : '', findings: [] };
    group.findings.push(finding);
    groups.set(title, group);
  }
  return [...groups.values()];
}

function findingGroup(group: Group, options: TextOptions, paint: Painter): string {
  const why = group.why === '' ? '' : `   ${paint('dim', group.why)}`;
  const lines = group.findings.flatMap((finding) => findingLines(finding, options, paint));
  return [`${paint('bold', group.title)}${why}`, ...lines].join('\n');
}

function findingLines(finding: Finding, options: TextOptions, paint: Painter): readonly string[] {
  const severe = ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR'].includes(finding.priority);
  const priority = paint(severe ? 'red' : 'yellow', finding.priority.padEnd(PRIORITY_COLUMN - 2));
  const times = finding.count > 1 ? `  ×${finding.count}` : '';
  const indent = ' '.repeat(PRIORITY_COLUMN);
  const room = Math.max(20, options.width - PRIORITY_COLUMN);
  const command = plain(finding.processes[0]?.cmdline ?? finding.alert.output_fields['proc.cmdline'] ?? '');
  const subject = [subjectOf(finding), finding.decoy === null ? '' : `(decoy: ${finding.decoy})`].join(' ').trim();
  const wrote = finding.wroteBy ? `written by ${plain(`${finding.wroteBy.name}@${finding.wroteBy.version}`)}` : '';
  const parts = (finding.parts ?? []).map((part) => `· ${part.rule} ${part.subject}`.trimEnd());
  const single = finding.parts ? '' : command === '' ? '' : `$ ${command}`;
  const details = [subject, ...parts, wrote, single].filter((line) => line !== '');
  return [
    `  ${priority}${finding.rule} ${paint('dim', `(${finding.phase})`)}${times}`,
    ...details.map((line) => indent + cut(line, room)),
  ];
}

function observations(report: Report, options: TextOptions, paint: Painter): string {
  if (report.observations.length === 0) return '';
  const lines = report.observations.slice(0, 10).map((finding) => {
    const by = finding.package ? plain(`${finding.package.name}@${finding.package.version}`) : 'package not known';
    const accepted = finding.accepted
      ? ` (accepted until ${finding.accepted.expires}: ${plain(finding.accepted.reason)})`
      : '';
    return cut(
      `  ${finding.rule}: ${subjectOf(finding) || plain(finding.processes[0]?.cmdline ?? '')} – ${by}${accepted}`,
      options.width,
    );
  });
  const more = report.observations.length > 10 ? [`  … and ${report.observations.length - 10} more`] : [];
  return [paint('bold', 'Observations (not judged)'), ...lines, ...more].join('\n');
}

function network(report: Report): string {
  const lines = report.egress.slice(0, 20).map(({ host, port, allowed, count, via }) => {
    const target = plain(port === null ? host : `${host}:${port}`);
    return `  ${allowed ? 'allowed' : 'refused'}  ${target} (${via}, ${count}×)`;
  });
  return lines.length === 0 ? '' : ['Network', ...lines].join('\n');
}

function facts(report: Report, paint: Painter): string {
  const phases = report.phases.map((phase) => {
    const ended = phase.timedOut ? 'stopped at its deadline' : `exit code ${phase.exitCode}`;
    const scripts = phase.scripts ? `, install scripts run: ${phase.scripts.ran} of ${phase.scripts.declared}` : '';
    const lines = [
      `  ${phase.name}: ${ended} after ${(phase.durationMs / 1000).toFixed(1)} s${scripts}${loaded(phase)}`,
    ];
    return [
      ...lines,
      ...(phase.leftRunning ?? []).slice(0, 5).map(({ cmdline }) => `    left running: ${plain(cmdline)}`),
    ];
  });
  const { monitoring } = report;
  const canary = (ms: number | null): string => (ms === null ? 'none' : `${ms} ms`);
  const watched = monitoring.proven ? paint('green', 'proven') : paint('yellow', 'not proven');
  return [
    paint('bold', 'Run'),
    ...manager(report),
    ...phases.flat(),
    `  watched: ${watched} by ${plain(monitoring.source) || 'no sensor'}; canaries came back after ${canary(
      monitoring.openingCanaryMs,
    )} and ${canary(monitoring.closingCanaryMs)}; ${monitoring.drops} events dropped`,
  ].join('\n');
}

function manager({ manager: ran }: Report): readonly string[] {
  if (ran === null) return [];
  const leftOut = ran.leftOut.map((what) => `    left out of the project's configuration: ${plain(what)}`);
  return [`  ${ran.name} ${ran.version}: ${plain(ran.reason)}`, ...leftOut];
}

function loaded({ loaded: packages }: Report['phases'][number]): string {
  if (!packages || packages.length === 0) return '';
  return `, packages loaded: ${packages.filter(({ ok }) => ok).length} of ${packages.length}`;
}

function nextSteps(report: Report): string {
  const { recommended, refused } = report.allowScripts;
  const lines = [
    refused.length > 0 ? `  refuse: ${plain(refused.join(', '))}` : '',
    recommended.length > 0
      ? `  scripts that ran clean, ready for npm's allowScripts: ${plain(recommended.join(', '))}`
      : '',
  ].filter((line) => line !== '');
  return lines.length === 0 ? '' : ['Next', ...lines].join('\n');
}

function cut(line: string, width: number): string {
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
