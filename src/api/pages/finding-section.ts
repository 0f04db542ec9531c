import type { FindingGroup } from '../../report/groups.js';
import type { Finding, FindingPart, Report } from '../../report/report.js';
import { specOf } from '../../report/spec.js';
import { subjectOf } from '../../report/subject.js';
import { fitting, type Html, hostile, html, type Part } from './html.js';
import { moment } from './time.js';

/** What a page holds of a report with very many findings; the JSON has all of them. */
const GROUPS = { most: 40, bytes: 48_000 };
const PER_GROUP = { most: 25, bytes: 25_000 };
const OBSERVATIONS = { most: 30, bytes: 10_000 };
const MAX_PARTS = 6;

/** What was found, by package. */
export function findingSection(report: Report, groups: readonly FindingGroup[]): Html {
  if (groups.length === 0) return html``;
  const { shown, left } = fitting(groups, GROUPS, (group) => groupArticle(group, report.id));
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${shown}
${more(left, 'packages with findings', report.id)}
</section>`;
}

/** What was seen and does not decide the verdict. */
export function observationSection(report: Report): Html {
  if (report.observations.length === 0) return html``;
  const { shown, left } = fitting(report.observations, OBSERVATIONS, (finding) => {
    const by = finding.package;
    const who: Part = by ? hostile(specOf(by)) : 'package not known';
    return html`<li><span class="priority low">${finding.priority}</span> ${hostile(finding.rule)} <code>${evidenceOf(finding)}</code> <span class="muted">${who}</span>${mildness(finding)}</li>`;
  });
  return html`<section aria-labelledby="observations"><h2 id="observations">Observations</h2>
<p class="muted">Worth knowing, but below the priority that decides the verdict, or accepted by this service’s owners or the project’s.</p>
<ul class="plain">${shown}</ul>
${more(left, 'observations', report.id)}
</section>`;
}

/** Why it does not decide the verdict, where that is not its priority alone. */
function mildness({ known, accepted }: Finding): Part {
  if (accepted) {
    const by = accepted.by === 'project' ? 'the project' : 'this service';
    return html`<br><span class="tag">accepted by ${by} until ${accepted.expires}</span> ${hostile(accepted.reason)}`;
  }
  return known === undefined ? null : html`<br><span class="tag">known</span> ${hostile(known)}`;
}

function groupArticle(group: FindingGroup, id: string): Html {
  const by = group.package;
  const title: Part = by
    ? html`${hostile(by.name)} <span class="muted">${hostile(by.version, 60)}</span>`
    : 'Package not known';
  const { shown, left } = fitting(group.findings, PER_GROUP, findingItem);
  return html`<article class="card">
<h3>${title} <span class="count">${counted(group.findings.length, 'finding')}</span></h3>
${by === null ? null : pathOf(by.path)}
<ul class="plain findings">${shown}</ul>
${more(left, 'findings of this package', id)}
</article>`;
}

/** Why the package is installed, from the project's root. */
function pathOf(path: readonly string[]): Html {
  const shown = path.length > 12 ? [...path.slice(0, 6), '…', ...path.slice(-5)] : path;
  return html`<p class="path"><span class="label">Installed because of</span> ${shown.map((name, index) => html`${index === 0 ? null : ' → '}${hostile(name, 100)}`)}</p>`;
}

function findingItem(finding: Finding): Html {
  const { processes, alert, parts, ranBy } = finding;
  const command = processes[0]?.cmdline ?? alert.output_fields['proc.cmdline'] ?? '';
  return html`<li class="finding">
<p><span class="priority ${isSevere(finding) ? 'high' : 'medium'}">${finding.priority}</span> <strong>${hostile(finding.rule)}</strong>${finding.decoy === null ? null : html` <span class="tag">decoy: ${hostile(finding.decoy, 100)}</span>`}</p>
<dl>
${row('What', evidenceOf(finding))}
${row('Put together', parts === undefined ? null : html`<ul class="plain">${parts.slice(0, MAX_PARTS).map(partItem)}</ul>`)}
${row('Command', command === '' ? null : html`<code>${hostile(command)}</code>`)}
${row('Run by', ranBy === undefined ? null : hostile(specOf(ranBy), 120))}
${row('When', html`${moment(finding.first)}, in the ${finding.phase} phase${finding.count > 1 ? `, ${finding.count} times` : null}`)}
</dl>
${processes.length > 1 ? chain(finding) : null}
</li>`;
}

function partItem({ rule, first, subject }: FindingPart): Html {
  return html`<li>${hostile(rule)} <code>${hostile(subject)}</code> <span class="muted">${moment(first)}</span></li>`;
}

function chain(finding: Finding): Html {
  const rows = finding.processes.map(
    ({ pid, cmdline, cwd }) =>
      html`<li value="${pid}"><code>${hostile(cmdline, 200)}</code> <span class="muted">in ${hostile(cwd, 120)}</span></li>`,
  );
  return html`<details><summary>Started by ${counted(finding.processes.length - 1, 'process', 'processes')}</summary><ol class="chain">${rows}</ol></details>`;
}

function evidenceOf(finding: Finding): Part {
  const subject = subjectOf(finding);
  return subject === '' ? null : html`<code>${hostile(subject)}</code>`;
}

function row(term: string, value: Part): Part {
  return value === null ? null : html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function isSevere({ priority }: Finding): boolean {
  return ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR'].includes(priority);
}

/** What the page left out, and where it is. */
export function more(left: number, what: string, id: string): Part {
  if (left === 0) return null;
  return html`<p class="more">And ${left.toLocaleString('en')} more ${what}: all of them are in <a href="/v1/jobs/${id}">the JSON report</a>.</p>`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}
