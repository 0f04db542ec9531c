import { ECOSYSTEMS, type JobSummary } from '../../jobs/job.js';
import type { Identity, Readiness } from '../ports.js';
import { BOARD_PATH } from './board-page.js';
import type { Page } from './document.js';
import { counted } from './finding-section.js';
import { type Html, hostile, html, type Part } from './html.js';
import { moment } from './time.js';

export interface HomeContent {
  readonly identity: Identity;
  /** Newest first; null while the queue does not answer. */
  readonly jobs: readonly JobSummary[] | null;
  readonly readiness: Awaited<ReturnType<Readiness['check']>>;
  readonly maxUploadBytes: number;
  /** Whether administrators find the queue at `/queues/`. */
  readonly hasBoard: boolean;
}

/** The page at `/`: submit a project, recent jobs, the state of the service. */
export function homePage(content: HomeContent): Page {
  return {
    title: '',
    script: 'upload.js',
    main: html`<h1>What do your dependencies do when they are installed?</h1>
<p class="lead">Packwarden installs them in a watched container and reports which package did what.</p>
${submitSection(content.maxUploadBytes)}
${jobsSection(content)}
${stateSection(content)}`,
  };
}

function submitSection(maxUploadBytes: number): Html {
  const options = ECOSYSTEMS.map((name) => html`<option>${name}</option>`);
  return html`<section aria-labelledby="submit"><h2 id="submit">Submit a project</h2>
<form id="upload" class="drop" hidden>
<p><label for="file">Drop a <code>.tgz</code> of the project here, or choose one</label></p>
<p><input type="file" id="file" accept=".tgz,.gz,application/gzip" required>
<label for="ecosystem">Ecosystem</label> <select id="ecosystem">${options}</select>
<button type="submit">Submit</button></p>
<p class="muted">Manifests and lock files are enough; at most ${Math.floor(maxUploadBytes / 1024 ** 2).toLocaleString('en')} MiB.</p>
<progress id="progress" max="1" value="0" aria-label="Upload" hidden></progress>
<p role="alert" id="fault"></p>
</form>
<details id="by-hand" open><summary>From a shell</summary>
<pre tabindex="0"><code>tar -czf project.tgz package.json package-lock.json
curl -H 'Content-Type: application/octet-stream' --data-binary @project.tgz \\
  "$PACKWARDEN_URL/v1/jobs?ecosystem=${ECOSYSTEMS[0]}"</code></pre></details></section>`;
}

function jobsSection({ identity, jobs }: HomeContent): Html {
  const whose =
    identity.name === null ? 'Recent jobs' : identity.isAdministrator ? 'Recent jobs of everybody' : 'Your recent jobs';
  return html`<section aria-labelledby="jobs"><h2 id="jobs">${whose}</h2>${jobsTable(jobs, identity)}</section>`;
}

function jobsTable(jobs: HomeContent['jobs'], identity: Identity): Html {
  if (jobs === null) return html`<p class="notice">The job queue does not answer just now.</p>`;
  if (jobs.length === 0) return html`<p class="muted">None yet.</p>`;
  const withOwner = identity.isAdministrator && identity.name !== null;
  const withProject = jobs.some(({ context }) => context !== null);
  const rows = jobs.map(
    (job) =>
      html`<tr><th scope="row"><a href="/jobs/${job.id}"><code class="id">${job.id.slice(0, 8)}</code></a></th><td>${outcome(job)}</td>${withProject ? html`<td>${projectOf(job)}</td>` : null}<td>${job.ecosystem}</td><td>${moment(new Date(job.submittedAt).toISOString())}</td>${withOwner ? html`<td>${job.owner ?? '–'}</td>` : null}</tr>`,
  );
  return html`<div class="scroll" role="region" aria-labelledby="jobs" tabindex="0"><table>
<thead><tr><th scope="col">Job</th><th scope="col">Outcome</th>${withProject ? html`<th scope="col">Project</th>` : null}<th scope="col">Ecosystem</th><th scope="col">Submitted</th>${withOwner ? html`<th scope="col">By</th>` : null}</tr></thead>
<tbody>${rows}</tbody></table></div>`;
}

/** Of the CI job behind it, where one is known. */
function projectOf({ context }: JobSummary): Part {
  if (context === null) return '–';
  const { projectPath, projectId, ref } = context;
  return html`${hostile(projectPath ?? `number ${projectId}`, 80)}${ref === undefined ? null : html` <span class="muted">${hostile(ref, 40)}</span>`}`;
}

const TAGS = { clean: 'good', findings: 'bad', incomplete: 'doubtful' } as const;

function outcome({ state, verdict, findings }: JobSummary): Html {
  if (verdict === null) return html`<span class="tag">${state}</span>`;
  const text = verdict === 'findings' && findings !== null ? counted(findings, 'finding') : verdict;
  return html`<span class="tag ${TAGS[verdict]}">${text}</span>`;
}

function stateSection({ readiness, identity, hasBoard }: HomeContent): Html {
  const parts = Object.entries(readiness.parts).map(
    ([name, { ready, reason, optional }]) =>
      html`<li><span class="tag ${ready ? 'good' : optional ? 'doubtful' : 'bad'}">${ready ? 'ready' : 'not ready'}</span> <strong>${name}</strong>${reason === undefined ? null : html`: ${hostile(reason)}`}</li>`,
  );
  return html`<section aria-labelledby="service"><h2 id="service">Service</h2>
<p>${readiness.ready ? 'Jobs that come in now run.' : 'Jobs that come in now wait until every part is ready.'}</p>
<ul class="plain">${parts}</ul>
<p><a href="/readyz">/readyz</a> · <a href="/metrics">/metrics</a>${hasBoard && identity.isAdministrator ? html` · <a href="${BOARD_PATH}/">${BOARD_PATH}</a>` : null}</p></section>`;
}
