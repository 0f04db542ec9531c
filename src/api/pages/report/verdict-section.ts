import { baselineNotices } from '../../../report/acceptance/project-baseline.js';
import type { FindingGroup } from '../../../report/findings/groups.js';
import type { Report } from '../../../report/report.js';
import { specOf } from '../../../report/spec.js';
import { type Html, hostile, html, type Part } from '../parts/html.js';
import { duration, moment } from '../parts/time.js';
import { counted } from './finding-section.js';

/** The verdict in one sentence. */
export function verdictSentence(report: Report, groups: readonly FindingGroup[]): string {
  if (report.verdict === 'clean') {
    return 'The install was watched from end to end and did nothing it should not.';
  }
  if (report.verdict === 'incomplete') return 'This run could not be watched in full, so it can’t be called clean.';
  const known = groups.filter((group) => group.package !== null).length;
  const unknown = known < groups.length ? ' and an unknown package' : '';
  return `${counted(known, 'package')}${unknown} did things that an install should not do: ${counted(report.findings.length, 'finding')}.`;
}

const MAX_CULPRITS = 5;

const TITLES = { clean: 'Clean', findings: 'Findings', incomplete: 'Incomplete' } as const;

/** The top of a report: the verdict, why it is incomplete, and how the run was watched. */
export function verdictSection(report: Report, groups: readonly FindingGroup[]): Html {
  return html`<header class="verdict ${report.verdict}">
<h1>${TITLES[report.verdict]}</h1>
<p class="lead">${verdictSentence(report, groups)}</p>
${culprits(groups)}
${reasons(report)}
${notices(report)}
${report.verdict === 'clean' ? null : html`<p><a href="#next">What to do next</a></p>`}
</header>
<dl class="facts">
<div><dt>Submitted</dt><dd>${moment(report.submittedAt)}</dd></div>
<div><dt>Took</dt><dd>${duration(Date.parse(report.finishedAt) - Date.parse(report.submittedAt))}</dd></div>
<div><dt>Installed by</dt><dd>${report.manager === null ? hostile(report.ecosystem) : hostile(`${report.manager.name} ${report.manager.version}`, 60)}</dd></div>
<div><dt>Install scripts that ran</dt><dd>${scripts(report)}</dd></div>
<div><dt>Watched by</dt><dd>${watched(report)}</dd></div>
</dl>`;
}

/** The packages with findings, each with its most severe one. */
function culprits(groups: readonly FindingGroup[]): Part {
  if (groups.length === 0) return null;
  const rows = groups.slice(0, MAX_CULPRITS).map(({ package: by, findings: [worst, ...others] }) => {
    const who = by === null ? 'Package not known' : hostile(specOf(by), 120);
    const rest = others.length === 0 ? null : ` and ${others.length.toLocaleString('en')} more`;
    return html`<li><strong>${who}</strong>: ${worst === undefined ? null : hostile(worst.rule, 120)}${rest}</li>`;
  });
  const left = groups.length - rows.length;
  return html`<ul>${rows}${left === 0 ? null : html`<li>and ${counted(left, 'more package', 'more packages')}</li>`}</ul>`;
}

function reasons(report: Report): Part {
  if (report.incomplete.length === 0) return null;
  return html`<ul>${report.incomplete.map(({ code, message }) => html`<li>${hostile(message, 500)} <code>${code}</code></li>`)}</ul>`;
}

function notices(report: Report): Part {
  return html`${baselineNotices(report).map((notice) => html`<p>${hostile(notice, 600)}</p>`)}`;
}

function scripts(report: Report): string {
  const ran = report.phases.find(({ name }) => name === 'install')?.scripts;
  return ran === undefined ? 'unknown' : `${ran.ran} of ${ran.declared}`;
}

function watched({ monitoring }: Report): Part {
  const { proven, source, openingCanaryMs, closingCanaryMs, drops, witness } = monitoring;
  const canary = (ms: number | null): string => (ms === null ? 'no answer' : duration(ms));
  return html`${source === '' ? 'no sensor' : hostile(source)}, ${proven ? 'proven' : 'not proven'} (canaries: ${canary(openingCanaryMs)}, ${canary(closingCanaryMs)}; ${counted(drops, 'event')} dropped)${witness?.state === 'unavailable' ? html`; decoys not watched: ${hostile(witness.reason ?? '', 300)}` : null}`;
}
