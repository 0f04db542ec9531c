import type { Page } from '../pages/parts/document.js';
import { fitting, type Html, hostile, html, type Part } from '../pages/parts/html.js';
import { jobLink, packageAddress } from '../pages/parts/links.js';
import { moment } from '../pages/parts/time.js';
import { counted, VERDICT_TAGS } from '../pages/report/finding-section.js';
import type { PackageActionRow, PackageDetails, PackageVersion } from './package-shapes.js';

/** Limits of what one page shows; the JSON has everything. */
const VERSIONS = { most: 60, bytes: 140_000 };
const MAX_ACTIONS = { most: 40, bytes: 20_000 };
const JOBS = { most: 20, bytes: 12_000 };

/** The page at `/packages/NAME`: what each version did, and where it was seen. */
export function packagePage(details: PackageDetails): Page {
  const { name, versions, isCut } = details;
  const json = packageAddress(name, '/v1') ?? '';
  const { shown, left } = fitting(versions, VERSIONS, (version) =>
    versionArticle(version, json, version === versions[0]),
  );
  return {
    title: `Package ${name.slice(0, 80)}`,
    main: html`<h1>${hostile(name, 214)}</h1>
<p class="lead">${summary(versions)}</p>
<p class="muted"><a href="/?package=${encodeURIComponent(name)}#jobs">Its jobs</a> · <a href="${json}">As JSON</a></p>
${isCut ? html`<p class="notice">Only the newest 128 runs of a package are kept: earlier ones may have shown more.</p>` : null}
<section aria-labelledby="versions"><h2 id="versions">Versions, last seen first</h2>
${shown}
${moreIn(left, 'versions', json)}</section>`,
  };
}

function summary(versions: readonly PackageVersion[]): string {
  const jobs = new Set(versions.flatMap((version) => version.jobs.map(({ job }) => job))).size;
  const projects = new Set(
    versions.flatMap((version) => version.jobs.map(({ project }) => project?.id ?? project?.name)),
  );
  projects.delete(undefined);
  const where = projects.size === 0 ? '' : ` of ${counted(projects.size, 'project')}`;
  return `${counted(versions.length, 'version')} seen in ${counted(jobs, 'job')}${where}.`;
}

function versionArticle(version: PackageVersion, json: string, isFirst: boolean): Html {
  const { jobs, firstSeen, lastSeen } = version;
  const once = firstSeen === lastSeen;
  return html`<article class="card">
<h3>${hostile(version.version, 120)} <span class="count">${counted(jobs.length, 'job')}</span></h3>
<p class="muted">${once ? html`Seen ${moment(lastSeen)}` : html`Seen from ${moment(firstSeen)} to ${moment(lastSeen)}`}</p>
${actionTable(version, json)}
${jobTable(version, json, isFirst)}
</article>`;
}

function actionTable({ version, actions, jobs }: PackageVersion, json: string): Html {
  if (actions.length === 0) return html`<p>${nothingSeen(jobs)}</p>`;
  const { shown, left } = fitting(actions, MAX_ACTIONS, (action) => actionRow(action, jobs.length));
  return html`<div class="scroll" role="region" aria-label="${`What ${version.slice(0, 60)} did`}" tabindex="0"><table class="actions"><thead><tr><th scope="col">What it did</th><th scope="col">Phase</th><th scope="col" class="number">In jobs</th><th scope="col">Last in</th></tr></thead><tbody>${shown}</tbody></table></div>
${moreIn(left, 'behaviours', json)}`;
}

/** A job that was not watched to its end proves nothing, so its silence must not read as praise for the package. */
function nothingSeen(jobs: PackageVersion['jobs']): string {
  const whole = jobs.filter(({ verdict }) => verdict === 'clean' || verdict === 'findings').length;
  if (whole === 0) return 'Behaviour unknown: none of its jobs was watched to the end.';
  return `Did nothing that a rule or the gateway reports, in ${counted(whole, 'job')} watched to the end.`;
}

function actionRow({ does, kind, what, where, phase, jobs, lastJob, onlyHere }: PackageActionRow, all: number): Html {
  const words: Part = kind === 'rule' ? html`<strong>${hostile(what, 200)}</strong>` : hostile(withoutPhase(does), 240);
  return html`<tr><th scope="row">${words}${onlyHere ? html` <span class="tag doubtful">no other version</span>` : null}${where === '' ? null : html`<br><code>${hostile(where, 160)}</code>`}</th><td>${phase === '' ? '–' : hostile(phase, 20)}</td><td class="number">${jobs} of ${all}</td><td>${jobLink(lastJob)}</td></tr>`;
}

/** Removes the phase, which has a column of its own. */
function withoutPhase(does: string): string {
  return does.replace(/ \([a-z]+\)$/, '');
}

function jobTable({ version, jobs }: PackageVersion, json: string, isOpen: boolean): Html {
  const { shown, left } = fitting(
    jobs,
    JOBS,
    ({ job, submittedAt, project, ref, verdict, actions }) =>
      html`<tr><th scope="row">${projectLink(project)}</th><td>${ref === null ? '–' : hostile(ref, 60)}</td><td>${jobLink(job)}</td><td>${verdict === null ? '–' : html`<span class="tag ${VERDICT_TAGS[verdict]}">${verdict}</span>`}</td><td class="number">${actions}</td><td>${moment(submittedAt)}</td></tr>`,
  );
  return html`<details${isOpen ? html` open` : null}><summary>Where it was seen</summary><div class="scroll" role="region" aria-label="${`Jobs with ${version.slice(0, 60)}`}" tabindex="0"><table><thead><tr><th scope="col">Project</th><th scope="col">Branch</th><th scope="col">Job</th><th scope="col">Job’s verdict</th><th scope="col" class="number">Things done</th><th scope="col">Submitted</th></tr></thead><tbody>${shown}</tbody></table></div>
${moreIn(left, 'jobs', json)}</details>`;
}

function projectLink(project: PackageVersion['jobs'][number]['project']): Part {
  if (project === null) return html`<span class="muted">no project named</span>`;
  const name = hostile(project.name, 80);
  return project.id === null ? name : html`<a href="/projects/${project.id}">${name}</a>`;
}

function moreIn(left: number, what: string, json: string): Part {
  if (left === 0) return null;
  return html`<p class="more">And ${left.toLocaleString('en')} more ${what}: all of them are in <a href="${json}">the JSON</a>.</p>`;
}
