import type { JobSummary } from '../../../jobs/job.js';
import type { JobFilter, JobPage } from '../../../jobs/search/query.js';
import { listAddress } from '../../jobs/list/list-query.js';
import { type Html, hostile, html, type Part } from '../parts/html.js';
import { ago, duration } from '../parts/time.js';
import { counted, VERDICT_TAGS } from '../report/finding-section.js';
import { isEmpty } from './filter-form.js';

export interface JobTable {
  readonly page: JobPage;
  readonly filter: JobFilter;
  /** Whether it is not the first page. */
  readonly isLater: boolean;
  /** Whether the jobs may belong to several submitters. */
  readonly withSubmitter: boolean;
  /** Whether only the reader's own jobs are listed. */
  readonly isOwn: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The jobs that were found, with paging, or what to do when there are none. */
export function jobTable(table: JobTable): Html {
  const { page, withSubmitter, now } = table;
  if (page.jobs.length === 0) return html`${emptyState(table)}${paging(table)}`;
  const rows = page.jobs.map((job) => row(job, withSubmitter, now));
  return html`<div class="scroll" role="region" aria-labelledby="jobs" tabindex="0"><table class="jobs">
<thead><tr><th scope="col">Project</th><th scope="col">Verdict</th><th scope="col">Branch</th>${withSubmitter ? html`<th scope="col">Submitter</th>` : null}<th scope="col" class="number">Took</th><th scope="col" class="number">Submitted</th></tr></thead>
<tbody>${rows}</tbody></table></div>${paging(table)}`;
}

/** The first two columns are the most important ones: on a phone only they are visible without scrolling. */
function row(job: JobSummary, withSubmitter: boolean, now: number): Html {
  const { id, project, durationMs, submittedAt } = job;
  const name = project === null ? 'No project named' : hostile(project.name, 80);
  return html`<tr><th scope="row"><a href="/jobs/${id}">${name}</a> <code class="id muted">${id.slice(0, 8)}</code></th><td>${outcome(job)}</td><td>${branch(job)}</td>${withSubmitter ? html`<td>${submitter(job)}</td>` : null}<td class="number">${durationMs === null ? '–' : duration(durationMs)}</td><td class="number">${ago(submittedAt, now)}</td></tr>`;
}

/** Pipelines of merge requests run on `refs/merge-requests/12/head`, or GitHub's `refs/pull/12/merge`. */
const REQUEST_REF = /^refs\/(?:merge-requests|pull)\/(\d+)\//;

function branch({ ref, context }: JobSummary): Part {
  const number = REQUEST_REF.exec(ref ?? '')?.[1];
  if (number !== undefined) return html`merge request ${number}`;
  if (ref === null) return '–';
  return html`${hostile(ref, 60)}${context?.mergeRequestId === undefined ? null : html` <span class="muted">merge request</span>`}`;
}

function submitter({ owner, context }: JobSummary): Part {
  const login = context?.userLogin;
  if (login === undefined) return owner === null ? '–' : hostile(owner, 80);
  return html`${hostile(login, 60)}${owner === null ? null : html` <span class="muted">${hostile(owner, 80)}</span>`}`;
}

function outcome({ state, verdict, findings }: JobSummary): Html {
  if (verdict === null) return html`<span class="tag">${state}</span>`;
  const text = verdict === 'findings' && findings !== null ? counted(findings, 'finding') : verdict;
  return html`<span class="tag ${VERDICT_TAGS[verdict]}">${text}</span>`;
}

function emptyState({ page, filter, isLater, isOwn }: JobTable): Html {
  if (page.end === 'stopped') return html`<p>No match among the newest jobs.</p>`;
  if (isLater) return html`<p>There are no older jobs${isEmpty(filter) ? '' : ' that match'}.</p>`;
  if (isEmpty(filter)) {
    return html`<p>No jobs yet. <a href="#submit">Submit a project</a> above, or through the <a href="/docs">HTTP API</a>: each job is listed here with its result until it expires.</p>`;
  }
  const hint = filter.package === undefined ? '' : ' Packages are searched by their full name, in finished jobs.';
  return html`<p>No job${isOwn ? ' of yours' : ''} matches.${hint}</p>`;
}

function paging({ page, filter, isLater }: JobTable): Part {
  const { next, end } = page;
  const older = end === 'stopped' ? 'Search older jobs' : 'Older jobs';
  const links = [
    isLater ? html`<a href="${listAddress('/', filter, null)}#jobs">Newest jobs</a>` : null,
    next === null ? null : html`<a href="${listAddress('/', filter, next)}#jobs" rel="next">${older}</a>`,
  ].filter((link) => link !== null);
  const why =
    end === 'stopped'
      ? html`<p class="notice">This search stopped after 2,000 jobs; older ones may match, too.</p>`
      : end === 'forgotten'
        ? html`<p class="notice">Only the newest jobs with a package can be searched; older ones may have had it, too.</p>`
        : null;
  if (links.length === 0) return why;
  return html`${why}<nav aria-label="Pages of jobs"><ul class="inline">${links.map((link) => html`<li>${link}</li>`)}</ul></nav>`;
}
