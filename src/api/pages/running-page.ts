import type { JobState, JobView } from '../../jobs/job.js';
import type { QueueOutlook } from '../../jobs/ports.js';
import type { Page } from './parts/document.js';
import { html, type Part } from './parts/html.js';
import { moment, roughly } from './parts/time.js';

/** What each state means to someone who is waiting. */
const STEPS: readonly (readonly [JobState, string])[] = [
  ['queued', 'Waiting for a worker'],
  ['preparing', 'Creating the sandbox and proving that the sensor watches it'],
  ['fetching', 'Downloading and unpacking the dependencies; no script runs yet'],
  ['installing', 'Running the install scripts of each package'],
  ['importing', 'Loading each direct dependency'],
  ['draining', 'Proving that the sensor watched to the end, and writing the report'],
];

/** The page of a job that has no report yet. With JavaScript it follows the job, without it the browser reloads it. */
export function runningPage(job: JobView, outlook: QueueOutlook | null): Page {
  const at = STEPS.findIndex(([state]) => state === job.state);
  const steps = STEPS.map(
    ([state, meaning], index) =>
      html`<li data-state="${state}" class="${index < at ? 'done' : index === at ? 'now' : 'later'}"${index === at ? html` aria-current="step"` : null}><strong>${state}</strong> <span>${meaning}</span></li>`,
  );
  return {
    title: `${job.state} …`,
    script: 'live.js',
    reloadS: 3,
    main: html`<header class="verdict running"><h1 id="title">${job.state === 'queued' ? 'Waiting' : 'Running'}</h1>
<p class="lead" role="status" id="state" data-job="${job.id}">${STEPS[at]?.[1] ?? job.state}.</p>${queueLine(outlook)}</header>
<ol class="steps">${steps}</ol>
<p>Submitted ${moment(new Date(job.submittedAt).toISOString())}. This page shows the report as soon as it is ready.
<noscript>It reloads every few seconds; <a href="/jobs/${job.id}">reload now</a>.</noscript></p>
<p class="muted">Job <code>${job.id}</code></p>`,
  };
}

/** How long the queue is, so that whoever waits knows that something happens. */
function queueLine(outlook: QueueOutlook | null): Part {
  return outlook === null ? null : html`<p id="queue">${queueWords(outlook)}</p>`;
}

function queueWords({ before, startsInMs }: QueueOutlook): string {
  if (before === 0) {
    return startsInMs === null ? 'This job is next.' : 'This job is next: it starts when a running job has ended.';
  }
  const others =
    before === 1 ? '1 job is ahead of this one' : `${before.toLocaleString('en')} jobs are ahead of this one`;
  return startsInMs === null ? `${others}.` : `${others}; it will probably start in ${roughly(startsInMs)}.`;
}
