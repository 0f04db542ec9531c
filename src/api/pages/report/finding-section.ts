import { othersInWords } from '../../../report/attribution/others.js';
import type { Finding, FindingPart } from '../../../report/finding.js';
import { CORRELATED } from '../../../report/findings/detections/correlation.js';
import type { FindingGroup } from '../../../report/findings/groups.js';
import { placesOf } from '../../../report/findings/places.js';
import type { Report } from '../../../report/report.js';
import { specOf } from '../../../report/spec.js';
import { fitting, type Html, hostile, html, type Part } from '../parts/html.js';
import { packageLink } from '../parts/links.js';
import { moment } from '../parts/time.js';

/** Limits of what a page shows of a report with very many findings; the JSON has all of them. */
const GROUPS = { most: 40, bytes: 48_000 };
const PER_GROUP = { most: 25, bytes: 25_000 };
const OBSERVATIONS = { most: 30, bytes: 10_000 };
const MAX_PARTS = 6;
const MAX_PLACES = 5;

/** The findings, grouped by package. */
export function findingSection(report: Report, groups: readonly FindingGroup[]): Html {
  if (groups.length === 0) return html``;
  const { shown, left } = fitting(groups, GROUPS, (group) => groupArticle(group, report));
  return html`<section aria-labelledby="findings"><h2 id="findings">Findings</h2>
${shown}
${more(left, 'packages with findings', report.id)}
</section>`;
}

/** Observations: what was seen but does not affect the verdict. */
export function observationSection(report: Report): Html {
  if (report.observations.length === 0) return html``;
  const { shown, left } = fitting(report.observations, OBSERVATIONS, (finding) => {
    const by = finding.package;
    const who: Part = by ? packageLink(by.name, hostile(specOf(by))) : 'package not known';
    return html`<li><span class="priority low">${finding.priority}</span> ${hostile(finding.rule)} ${firstPlace(finding)} <span class="muted">${who}</span>${reasonItIsHarmless(finding)}</li>`;
  });
  return html`<section aria-labelledby="observations"><h2 id="observations">Observations</h2>
<p class="muted">Worth knowing, but below the priority that affects the verdict, or accepted by the owners of this service or of the project.</p>
<ul class="plain">${shown}</ul>
${more(left, 'observations', report.id)}
</section>`;
}

/** Why it does not affect the verdict, if there is another reason than its priority. */
function reasonItIsHarmless({ known, accepted }: Finding): Part {
  if (accepted) {
    const by = accepted.by === 'project' ? 'the project' : 'this service';
    return html`<br><span class="tag">accepted by ${by} until ${accepted.expires}</span> ${hostile(accepted.reason)}`;
  }
  return known === undefined ? null : html`<br><span class="tag">known</span> ${hostile(known)}`;
}

function groupArticle(group: FindingGroup, { id, findings }: Report): Html {
  const by = group.package;
  const title: Part = by
    ? html`${packageLink(by.name, hostile(by.name))} <span class="muted">${hostile(by.version, 60)}</span>`
    : 'Package not known';
  const { shown, left } = fitting(withoutParts(group.findings), PER_GROUP, (finding) =>
    findingItem(finding, `finding-${findings.indexOf(finding) + 1}`),
  );
  return html`<article class="card">
<h3>${title} <span class="count">${counted(group.findings.length, 'finding')}</span></h3>
${by === null ? null : pathOf(by.path)}
<ul class="plain findings">${shown}</ul>
${more(left, 'findings of this package', id)}
</article>`;
}

/** Leaves out findings that a combined finding lists as its parts. The JSON has them separately, too. */
function withoutParts(findings: readonly Finding[]): readonly Finding[] {
  const rules = new Set(
    findings
      .filter(({ rule }) => rule === CORRELATED.severalKinds)
      .flatMap(({ parts = [] }) => parts.map(({ rule }) => rule)),
  );
  return findings.filter(({ rule, parts }) => parts !== undefined || !rules.has(rule));
}

/** The path of dependencies from the project's root to the package. */
function pathOf(path: readonly string[]): Html {
  const shown = path.length > 12 ? [...path.slice(0, 6), '…', ...path.slice(-5)] : path;
  return html`<p class="path"><span class="label">Installed because of</span> ${shown.map((name, index) => html`${index === 0 ? null : ' → '}${hostile(name, 100)}`)}</p>`;
}

/** `anchor`: its place in the report, which never changes, so an address with it can be passed on. */
function findingItem(finding: Finding, anchor: string): Html {
  const { processes, alert, parts, ranBy, orBy, among } = finding;
  const command = processes[0]?.cmdline ?? alert.output_fields['proc.cmdline'] ?? '';
  return html`<li class="finding" id="${anchor}">
<p><span class="priority ${isSevere(finding) ? 'high' : 'medium'}">${finding.priority}</span> <strong>${hostile(finding.rule)}</strong><a class="anchor" href="#${anchor}" aria-label="Link to this finding"></a>${finding.isNew ? html` <span class="tag bad">new</span>` : null}${finding.decoy === null || finding.places ? null : html` <span class="tag">decoy: ${hostile(finding.decoy, 100)}</span>`}</p>
<dl>
${row('What', evidenceOf(finding))}
${row('Combined from', parts === undefined ? null : html`<ul class="plain">${parts.slice(0, MAX_PARTS).map(partItem)}</ul>`)}
${row('Why', finding.begun === undefined ? null : hostile(finding.begun, 400))}
${row('Command', command === '' ? null : html`<code>${hostile(command)}</code>`)}
${row('Run by', ranBy === undefined ? null : hostile(specOf(ranBy), 120))}
${row('Or by', orBy === undefined ? null : hostile(othersInWords(orBy, specOf), 600))}
${row('One of', among === undefined ? null : hostile(among.join(', '), 1000))}
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

/** The first places that were accessed; the JSON has all of them. */
function evidenceOf(finding: Finding): Part {
  const places = placesOf(finding);
  const shown = places.slice(0, MAX_PLACES).filter(({ subject, decoy }) => subject !== '' || decoy !== null);
  const left = places.length - MAX_PLACES;
  if (shown.length === 0) return null;
  const items = shown.map(
    ({ subject, decoy }) =>
      html`<code>${hostile(subject)}</code>${places.length === 1 || decoy === null ? null : html` <span class="tag">decoy: ${hostile(decoy, 100)}</span>`}`,
  );
  if (items.length === 1 && left <= 0) return items[0] ?? null;
  const rest = left > 0 ? html`<li class="muted">and ${left.toLocaleString('en')} more places</li>` : null;
  return html`<ul class="plain">${items.map((item) => html`<li>${item}</li>`)}${rest}</ul>`;
}

/** Only the first place, because a list of observations has one line for each. */
function firstPlace(finding: Finding): Part {
  const [{ subject }, ...others] = placesOf(finding);
  return html`${subject === '' ? null : html`<code>${hostile(subject)}</code>`}${others.length === 0 ? null : html` and ${others.length.toLocaleString('en')} more places`}`;
}

function row(term: string, value: Part): Part {
  return value === null ? null : html`<div><dt>${term}</dt><dd>${value}</dd></div>`;
}

function isSevere({ priority }: Finding): boolean {
  return ['EMERGENCY', 'ALERT', 'CRITICAL', 'ERROR'].includes(priority);
}

/** A line that says how many items the page left out, and where to find them. */
export function more(left: number, what: string, id: string): Part {
  if (left === 0) return null;
  return html`<p class="more">And ${left.toLocaleString('en')} more ${what}: all of them are in <a href="/v1/jobs/${id}">the JSON report</a>.</p>`;
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** The style sheet's class with a verdict's colour. */
export const VERDICT_TAGS = { clean: 'good', findings: 'bad', incomplete: 'doubtful' } as const;
