import type { Page } from '../pages/parts/document.js';
import { fitting, type Html, hostile, html, type Part } from '../pages/parts/html.js';
import { jobLink, packageLink } from '../pages/parts/links.js';
import { moment } from '../pages/parts/time.js';
import { counted, VERDICT_TAGS } from '../pages/report/finding-section.js';
import type { Identity } from '../ports.js';
import type { ProjectDetails, ProjectRow } from './project-shapes.js';

/** How many behaviours one page shows; the JSON has all of them. */
const BEHAVIOURS = { most: 200, bytes: 60_000 };
const MAX_PARTS = 10;

const SOURCES = {
  'id-token': 'GitLab’s ID token',
  claim: 'the CI job’s variables',
  request: 'the request',
  manifest: 'the manifest',
} as const;

const LINES = { default: 'default branch', other: 'other', none: 'unknown branch' } as const;

/** The page at `/projects`. */
export function projectsPage(projects: readonly ProjectRow[], { isAdministrator, name }: Identity): Page {
  const whose = isAdministrator && name !== null ? 'Projects of everybody' : 'Projects';
  const rows = projects.map(
    (project) =>
      html`<tr><th scope="row"><a href="/projects/${project.id}">${hostile(project.name, 120)}</a></th><td>${moment(project.lastRun)}</td><td>${SOURCES[project.source]}</td></tr>`,
  );
  return {
    title: 'Projects',
    main: html`<h1 id="projects">${whose}</h1>
<p class="lead">Each report says what is new compared with the last complete report of the project’s default branch.</p>
${
  rows.length === 0
    ? html`<p>No projects yet. A project is listed when its first job has ended. Its name comes from the CI job, the request, or the manifest. <a href="/#submit">Submit one</a></p>`
    : table(
        'projects',
        html`<th scope="col">Project</th><th scope="col">Last run</th><th scope="col">Named by</th>`,
        rows,
      )
}`,
  };
}

/** The page at `/projects/ID`. */
export function projectPage(project: ProjectDetails): Page {
  const { id, name, source, parts } = project;
  const left = parts.length - MAX_PARTS;
  return {
    title: `Project ${name.slice(0, 80)}`,
    main: html`<h1>${hostile(name, 200)}</h1>
<p class="muted">Named by ${SOURCES[source]}. <a href="/v1/projects/${id}">As JSON</a> · <a href="/projects">All projects</a></p>
${runSection(project)}
${parts.slice(0, MAX_PARTS).map((part, index) => partSection(part, index, id))}
${left > 0 ? html`<p class="more">And ${left} more manifests: all of them are in <a href="/v1/projects/${id}">the JSON</a>.</p>` : null}`,
  };
}

function runSection({ id, runs, next }: ProjectDetails): Html {
  const rows = runs.map(
    ({ job, submittedAt, verdict, findings, ref, line, headline }) =>
      html`<tr><th scope="row">${jobLink(job)}</th><td><span class="tag ${VERDICT_TAGS[verdict]}">${verdict === 'findings' ? counted(findings, 'finding') : verdict}</span></td><td>${moment(submittedAt)}</td><td>${ref === null ? null : html`${hostile(ref, 60)} `}<span class="muted">${LINES[line]}</span></td><td>${headline === null ? '–' : hostile(headline, 240)}</td></tr>`,
  );
  const head = html`<th scope="col">Job</th><th scope="col">Outcome</th><th scope="col">Submitted</th><th scope="col">Branch</th><th scope="col">What changed</th>`;
  return html`<section aria-labelledby="runs"><h2 id="runs">Runs</h2>
${rows.length === 0 ? html`<p>There are no older runs: they expire together with their reports.</p>` : table('runs', head, rows, 'wide')}
${next === null ? null : html`<p><a href="/projects/${id}?before=${next}">Older runs</a></p>`}</section>`;
}

function partSection(part: ProjectDetails['parts'][number], index: number, id: string): Html {
  const { part: name, line, job, submittedAt, packages, behaviours } = part;
  const heading = `part-${index}`;
  const { shown, left } = fitting(
    behaviours,
    BEHAVIOURS,
    ({ package: by, version, does, since }) =>
      html`<tr><th scope="row">${by === null ? 'unknown' : packageLink(by, hostile(by, 120))}${version === null ? null : html` <span class="muted">${hostile(version, 40)}</span>`}</th><td>${hostile(does, 240)}</td><td>${moment(since.at)}${since.version === null ? null : html` <span class="muted">${hostile(since.version, 40)}</span>`} ${jobLink(since.job)}</td></tr>`,
  );
  const unreadable = job === null ? 'The last complete run was stored by another version of Packwarden.' : null;
  return html`<section aria-labelledby="${heading}"><h2 id="${heading}">What the packages of ${hostile(name === '' ? 'the project' : name, 80)} do</h2>
<p>${unreadable ?? html`${counted(packages, 'package')} in the last complete run (${LINES[line]}), ${jobLink(job ?? '')} of ${moment(submittedAt ?? '')}.`}</p>
${shown.length === 0 ? html`<p class="muted">Nothing that a rule or the gateway reports.</p>` : table(heading, html`<th scope="col">Package</th><th scope="col">Does</th><th scope="col">Since</th>`, shown)}
${left === 0 ? null : html`<p class="more">And ${left.toLocaleString('en')} more: all of them are in <a href="/v1/projects/${id}">the JSON</a>.</p>`}</section>`;
}

/** `wide`: for a table with a column of sentences, which would otherwise be one word wide on a phone. */
function table(label: string, head: Html, rows: Part, width: 'usual' | 'wide' = 'usual'): Html {
  return html`<div class="scroll" role="region" aria-labelledby="${label}" tabindex="0"><table class="${width}"><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table></div>`;
}
