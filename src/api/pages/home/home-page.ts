import { ECOSYSTEMS } from '../../../jobs/job.js';
import type { JobPage, JobQuery } from '../../../jobs/search/query.js';
import type { Identity, Readiness } from '../../ports.js';
import { BOARD_PATH } from '../board-page.js';
import type { Page } from '../parts/document.js';
import { type Html, hostile, html, type Part } from '../parts/html.js';
import { packageAddress } from '../parts/links.js';
import { filterForm, isEmpty } from './filter-form.js';
import { jobTable } from './job-table.js';

export interface HomeContent {
  readonly identity: Identity;
  /** The search. */
  readonly query: JobQuery;
  /** Null while the queue does not answer. */
  readonly jobs: JobPage | null;
  readonly readiness: Awaited<ReturnType<Readiness['check']>>;
  readonly maxUploadBytes: number;
  /** Whether administrators can see the queue at `/queues/`. */
  readonly hasBoard: boolean;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** The page at `/`: submit a project, find a job, see the state of the service. */
export function homePage(content: HomeContent): Page {
  return {
    title: isEmpty(content.query.filter) ? '' : 'Jobs',
    script: 'upload.js',
    hasForm: true,
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

function jobsSection({ identity, query, jobs, now }: HomeContent): Html {
  const withSubmitter = identity.isAdministrator && identity.name !== null;
  const whose = identity.name === null ? 'Jobs' : withSubmitter ? 'Jobs of everybody' : 'Your jobs';
  const { filter, after } = query;
  const table =
    jobs === null
      ? html`<p class="notice">The job queue does not answer right now.</p>`
      : jobTable({
          page: jobs,
          filter,
          isLater: after !== undefined,
          withSubmitter,
          isOwn: !identity.isAdministrator,
          now,
        });
  const isPlain = isEmpty(filter) && after === undefined;
  // Without any jobs there is nothing to search.
  const isNothing = isPlain && jobs?.jobs.length === 0;
  return html`<section aria-labelledby="jobs"><h2 id="jobs">${whose}</h2>
${isNothing ? null : filterForm(filter, withSubmitter)}
${jobs?.jobs.length ? packageHint(filter.package) : null}
${table}</section>`;
}

/** A link to the package's page for whoever searches jobs by package. */
function packageHint(name: string | undefined): Part {
  const address = name === undefined ? undefined : packageAddress(name);
  if (name === undefined || address === undefined) return null;
  return html`<p><a href="${address}">What every version of ${hostile(name, 80)} did</a></p>`;
}

function stateSection({ readiness, identity, hasBoard }: HomeContent): Html {
  const parts = Object.entries(readiness.parts).map(
    ([name, { ready, reason, optional }]) =>
      html`<li><span class="tag ${ready ? 'good' : optional ? 'doubtful' : 'bad'}">${ready ? 'ready' : 'not ready'}</span> <strong>${name}</strong>${reason === undefined ? null : html`: ${hostile(reason)}`}</li>`,
  );
  return html`<section aria-labelledby="service"><h2 id="service">Service</h2>
<p>${readiness.ready ? 'New jobs run.' : 'New jobs wait until every part is ready.'}</p>
<ul class="plain">${parts}</ul>
<p><a href="/readyz">/readyz</a> · <a href="/metrics">/metrics</a>${hasBoard && identity.isAdministrator ? html` · <a href="${BOARD_PATH}/">${BOARD_PATH}</a>` : null}</p></section>`;
}
